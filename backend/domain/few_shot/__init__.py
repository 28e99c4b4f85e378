"""Selects the examples that a task is shown, and makes messages from them."""
