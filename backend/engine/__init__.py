"""Asks for many requests at a time, within limits and budgets; does not carry out runs."""
