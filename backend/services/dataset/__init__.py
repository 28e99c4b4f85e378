"""Tasks and ground truths as Label Studio has them now."""
