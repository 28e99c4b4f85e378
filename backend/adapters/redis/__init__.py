"""Redis: the broker of jobs, and the limits that workers share."""
