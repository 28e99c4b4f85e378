"""The command that starts the server: gunicorn with our settings, from any folder."""

import os
import sys

import click

GUNICORN = ("-m", "gunicorn", "-c", "python:backend.gunicorn_config", "backend.interfaces.web.server:create_app()")
"""The application by its own name: another ML backend's folder has a `_wsgi.py` too."""
DEFAULT = "127.0.0.1:9090"


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on, in place of the one in BIND.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, in place of the one in BIND.")
def serve(host: str | None, port: int | None) -> None:
    """Start the server that Label Studio asks for predictions; Ctrl-C stops it.

    \b
    ls-prompts serve
    ls-prompts serve --host 0.0.0.0 --port 9090
    """
    from backend.settings import load_settings

    settings = load_settings()
    if host or port:
        settings = load_settings(bind=address(settings.bind, host, port))
    settings.describe_server()
    argv = [sys.executable, "-P", *GUNICORN]
    os.execve(argv[0], argv, settings.as_environment())  # noqa: S606 (our own interpreter, no shell)


def address(bind: str, host: str | None, port: int | None) -> str:
    """`bind` (HOST:PORT) with another host or port; an IPv6 address gets its brackets."""
    old_host, _, old_port = (DEFAULT if bind.startswith("unix:") else bind).rpartition(":")
    host = host or old_host
    return f"[{host}]:{port or old_port}" if ":" in host and not host.startswith("[") else f"{host}:{port or old_port}"
