"""Progress: what a run reports while it works. The command line draws it; scripts may leave it silent."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol, Self

from backend.advice import Notice
from backend.domain.outcome import Outcome
from backend.logs import to_log


class Settled(NamedTuple):
    """Tasks that have an outcome, how many of them the model answered, and USD of what was asked for them, None if that
    is unknown."""

    tasks: int = 0
    answers: int = 0
    cost_usd: float | None = 0.0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        total = cls()
        for outcome in outcomes:
            price = outcome.usage.cost_usd
            spent = (price if price is None or outcome.sent else 0.0) if outcome.spoke else 0.0
            total = total.plus(cls(1, int(outcome.spoke), spent))
        return total

    def plus(self, other: "Settled") -> Self:
        """Those of both."""
        has_costs = None not in (self.cost_usd, other.cost_usd)
        cost = (self.cost_usd or 0.0) + (other.cost_usd or 0.0) if has_costs else None
        return type(self)(self.tasks + other.tasks, self.answers + other.answers, cost)


class Progress(Protocol):
    def start(self, tasks: int | None) -> None:
        """The number of tasks, None when it is only known at the end. Called again when they are looked through once
        more."""

    def add(self, outcomes: list[Outcome]) -> None:
        """Outcomes, as they come."""

    def count(self, settled: Settled) -> None:
        """Outcomes of another process."""

    def notify(self, sentence: str) -> None:
        """Something the user should know."""

    def advise(self, notice: Notice) -> None:
        """The same, with what the user may do next."""


class Silent:
    """No bar; sentences go to the log."""

    def start(self, tasks: int | None) -> None:
        return

    def add(self, outcomes: list[Outcome]) -> None:
        return

    def count(self, settled: Settled) -> None:
        return

    def notify(self, sentence: str) -> None:
        to_log(sentence)

    def advise(self, notice: Notice) -> None:
        self.notify(str(notice))
