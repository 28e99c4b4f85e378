"""Reads files of the web, at addresses that stand in tasks."""
