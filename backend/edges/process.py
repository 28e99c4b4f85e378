"""A local process that works on a run and survives the terminal it was started from."""

import subprocess
import sys
from pathlib import Path

from backend.errors import RunError


class LocalProcess:
    """`folder` takes the processes' output, one file a run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def give(self, run_id: str) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / f"{run_id}.log").open("ab") as log:
                subprocess.Popen(  # noqa: S603  (our own interpreter, our own module, an id we made)
                    [sys.executable, "-m", "backend", "work", run_id],
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
