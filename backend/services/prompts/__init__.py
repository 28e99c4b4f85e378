"""Prompt versions: saved, found and kept, with the examples they show."""
