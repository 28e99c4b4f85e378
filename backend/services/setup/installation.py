"""Installation: the versions of the parts that a bug report needs, for `ls-prompts --version`.

It never fails and never waits long: it names what it cannot find out.
"""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from queue import Empty, SimpleQueue
from threading import Thread

from backend.domain.urls import public_url
from backend.errors import SettingsError

LIBRARIES = ("label-studio-sdk", "label-studio-ml", "openai")
PATIENCE_S = 1.0
"""How long Label Studio may take to answer."""


def installation() -> Iterator[tuple[str, str]]:
    """Name and version of each part, the most important first."""
    yield "ls-prompts", _library("open-prompts")
    yield "Python", platform.python_version()
    for name in LIBRARIES:
        yield name, _library(name)
    try:
        from backend.settings import load_settings

        settings = load_settings()
        database, studio = settings.database(), settings.label_studio_url
    except SettingsError as error:
        yield "settings", str(error)
        return
    yield "database", _database(database)
    yield "Label Studio", _label_studio(studio)


def _library(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "not installed"


def _database(url: str) -> str:
    from backend.adapters.database.engine import HEAD
    from backend.adapters.database.readonly import migration

    stamp = migration(url)
    if stamp is None:
        return f"{public_url(url)}, not there yet or not readable"
    return f"{public_url(url)}, migration {stamp}" + (
        "" if stamp == HEAD else f" (this version of ls-prompts needs {HEAD})"
    )


def _label_studio(url: str) -> str:
    """Asked in a thread: looking up a host's name can take longer than any time limit of HTTP."""
    from backend.adapters.label_studio.version_probe import label_studio_version

    answers: SimpleQueue[str | None] = SimpleQueue()
    Thread(target=lambda: answers.put(label_studio_version(url, PATIENCE_S)), daemon=True).start()
    try:
        version = answers.get(timeout=2 * PATIENCE_S)
    except Empty:
        version = None
    return f"{version} at {public_url(url)}" if version else f"no answer from {public_url(url)} within {PATIENCE_S:g} s"
