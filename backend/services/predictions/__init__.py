"""Predictions in Label Studio: pushed, imported and replaced."""
