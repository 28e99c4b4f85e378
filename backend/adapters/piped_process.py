"""PipedProcess: a command of ours in a process of its own, which reads lines from this one and answers with lines.

The command runs in a process group of its own. So Ctrl-C in a terminal reaches only this process, which tells the
command to stop.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, cast

from backend.errors import RunError

END_S = 45.0
"""How long it may take to end; it finishes the requests in flight first."""


class PipedProcess:
    """Starts at once. Its stderr is that of this process.

    argv: the command, after `ls-prompts`
    env: its environment
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module, arguments we made)
                [sys.executable, "-P", "-m", "backend", *argv],
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise RunError(
                f"No process could be started ({error.strerror}): free some memory, or use fewer processes."
            ) from None
        self._stdin, self._stdout = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)

    def write(self, line: bytes) -> None:
        """Waits while the process has enough to do; does nothing when it has ended."""
        with suppress(BrokenPipeError):
            self._stdin.write(line + b"\n")
            self._stdin.flush()

    def close(self) -> None:
        """There is nothing more to read."""
        with suppress(BrokenPipeError):
            self._stdin.close()

    def lines(self) -> Iterator[bytes]:
        """What it writes, until its end."""
        with self._stdout:
            yield from self._stdout

    def stop(self) -> None:
        """Asks it to end soon."""
        with suppress(ProcessLookupError):
            self._process.terminate()

    def end(self) -> None:
        """Waits for its end."""
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
