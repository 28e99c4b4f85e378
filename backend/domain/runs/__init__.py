"""Runs, their chunks and what they may cost."""
