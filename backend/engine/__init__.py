"""Asks many requests well, and knows no run."""
