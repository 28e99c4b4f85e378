"""The content of reports and exports."""
