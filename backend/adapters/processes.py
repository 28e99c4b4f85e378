"""Processes of this machine: which one we are, which are gone, and one that outlives the terminal it came from."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from backend.errors import RunError


def this_process() -> str:
    """Host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(process: str) -> bool:
    """Whether `process` (see `this_process`) certainly runs no more; unknown, so False, for other hosts' processes."""
    host, _, pid = process.rpartition(":")
    if host != socket.gethostname():
        return False
    with suppress(ChildProcessError):
        os.waitpid(int(pid), os.WNOHANG)  # a dead child of ours would pass for a living one
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class LocalProcess:
    """`folder` takes the processes' output, one file a run; `env` is their environment."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env

    def give(self, run_id: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"{run_id}.log").open("ab") as log:
                subprocess.Popen(  # noqa: S603  (our own interpreter, our own module, an id we made)
                    [sys.executable, "-P", "-m", "backend", "work", run_id],
                    env=self._env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise RunError(
                f"No process could be started for run {run_id} ({error.strerror}): free some memory or disk, then "
                f"`ls-prompts resume {run_id}`."
            ) from None
