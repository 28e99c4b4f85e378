"""What a report and an export say."""
