"""What is sent to a model, the fact that comes back, and how its text is read."""
