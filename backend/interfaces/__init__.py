"""The doors: command line, web server and worker."""
