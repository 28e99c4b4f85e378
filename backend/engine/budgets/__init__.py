"""Limits on what may be spent: of a run, a connection, a day and a person."""
