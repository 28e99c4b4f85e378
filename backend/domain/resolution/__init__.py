"""From stored completions to the outcome of a task and its confidence."""
