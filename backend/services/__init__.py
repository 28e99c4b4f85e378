"""Use cases: one for each thing there is to do."""
