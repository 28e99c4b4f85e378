"""What was spent and what is reserved: of a run, and of days and months."""
