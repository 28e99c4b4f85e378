"""`gunicorn _wsgi:app` serves the ML backend; gunicorn.conf.py holds its settings."""

from backend.interfaces.web.server import create_app

app = create_app()
