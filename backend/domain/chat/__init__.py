"""What is sent to a model, what comes back, and how its text is read."""
