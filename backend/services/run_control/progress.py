"""Progress: what a run reports while it works. The command line draws it; scripts may leave it silent."""

from typing import Protocol

from backend.domain.outcome import Outcome
from backend.logs import to_log


class Progress(Protocol):
    def start(self, tasks: int | None) -> None:
        """The number of tasks, None when it is only known at the end."""

    def add(self, outcomes: list[Outcome]) -> None:
        """Outcomes, as they come."""

    def notify(self, sentence: str) -> None:
        """Something the user should know."""


class Silent:
    """No bar; sentences go to the log."""

    def start(self, tasks: int | None) -> None:
        return

    def add(self, outcomes: list[Outcome]) -> None:
        return

    def notify(self, sentence: str) -> None:
        to_log(sentence)
