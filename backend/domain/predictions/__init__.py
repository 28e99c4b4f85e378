"""What Label Studio holds and what it should hold."""
