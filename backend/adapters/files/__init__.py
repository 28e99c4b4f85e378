"""Files that are exported."""
