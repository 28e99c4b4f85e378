"""Set-up: finds out and checks addresses, models and their speed."""
