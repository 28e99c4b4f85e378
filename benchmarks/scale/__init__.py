"""Runs of a million tasks."""
