"""Runs: started, owned, carried out by one process or many, and ended."""
