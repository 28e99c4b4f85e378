"""Keep-up: tasks get predictions as they are imported."""
