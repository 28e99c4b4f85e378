"""Runs by the provider's batch endpoint."""
