"""Sends many requests well, and knows no runs."""
