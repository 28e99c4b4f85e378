"""What object tags show of a task, as the browser has it."""
