"""What stands between a socket and the Flask application: HTTP, its limits, and who is let in."""
