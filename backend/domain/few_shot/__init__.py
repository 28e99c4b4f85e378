"""Which examples a task is shown, and the messages they become."""
