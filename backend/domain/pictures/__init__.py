"""From the address in a task to a picture in a message."""
