"""Runs, their tasks, and the steps and batches in which these are asked about."""
