"""The web, asked for files at addresses that stand in tasks."""
