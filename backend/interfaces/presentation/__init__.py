"""How results are shown, whichever door they leave by."""
