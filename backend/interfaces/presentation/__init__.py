"""How results are shown, by the command line, the API and the page alike."""
