"""Metrics of single controls, by what they hold."""
