"""The pictures of tasks, read where they are."""
