"""Connections to the servers of models, and what is known of these servers and models."""
