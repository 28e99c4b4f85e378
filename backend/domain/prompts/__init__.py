"""Prompt versions: text, parameters, definitions, examples and the file they are written in."""
