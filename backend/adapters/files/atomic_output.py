"""Atomic output: a file is written completely or not at all. The old file stays until the new one is complete."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from backend.errors import OutputError


@contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """`replacing(path)`; without a path, standard output."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replacing(path) as file:
        yield file


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which replaces `path` at the end; if writing fails, nothing has changed.

    Anything but an ordinary file, such as a named pipe, is written to as it is. Raises OutputError if it cannot be
    written.
    """
    try:
        with _as_it_is(path) if path.exists() and not path.is_file() else _beside(path.resolve()) as file:
            yield file
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({type(error).__name__}): choose a folder of yours with free space."
        ) from None


def remove(path: Path) -> None:
    """Deletes a file, if it exists. Raises OutputError if it cannot be deleted."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be deleted ({type(error).__name__}): delete it by hand.") from None


@contextmanager
def _as_it_is(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as file:
        yield file


@contextmanager
def _beside(path: Path) -> Iterator[BinaryIO]:
    beside = path.with_name(f".{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
