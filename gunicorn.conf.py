"""`gunicorn _wsgi:app` in this folder. From any other: `gunicorn -c python:backend.gunicorn_config _wsgi:app`."""

from backend.gunicorn_config import *  # noqa: F403
