"""Where quotes stand in a text."""
