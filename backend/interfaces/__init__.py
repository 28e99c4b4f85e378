"""How people and programs reach the application: command line, web server and worker."""
