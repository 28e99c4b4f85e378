"""Keep-up: a project whose tasks get predictions as they are imported."""

from collections.abc import Mapping
from dataclasses import dataclass

DAILY_USD = 1.0
"""The budget of a day where nobody chose one."""


@dataclass(frozen=True, slots=True)
class KeepUp:
    """That of one project.

    on: whether it is turned on
    budget: USD a day (UTC)
    since: id of the last task that was there before, or is done with
    tag: the version that was in use when it looked last
    trouble: why it cannot go on; "" if it can
    changed: when it was turned on or off: UTC, ISO 8601
    user_id, user_email: who did that
    """

    project: int
    on: bool
    budget: float
    since: int
    tag: str
    trouble: str
    changed: str
    user_id: int | None
    user_email: str | None


@dataclass(frozen=True, slots=True)
class KeepUpState:
    """What is told of it.

    spent: USD today; None if a price is unknown
    waiting: number of tasks that wait for a prediction
    runs: ids of today's runs
    """

    keep_up: KeepUp
    spent: float | None
    waiting: int
    runs: tuple[str, ...]


def spent_up(keep_up: KeepUp) -> str:
    """The sentence for a day whose budget is used up."""
    return (
        f"The {keep_up.budget:g} USD a day for new tasks of project {keep_up.project} are used up: it goes on after "
        "midnight UTC, or with a larger budget."
    )


def other_limit(keep_up: KeepUp) -> str:
    """The sentence for a limit of the server, or of a connection, that leaves too little for one request."""
    return (
        f"What is left of MAX_USD_PER_DAY or MONTHLY_BUDGET is too little for new tasks of project {keep_up.project}: "
        "wait until there is more, which is looked for every hour."
    )


def without_version(project: int) -> str:
    """What happened where annotators get no version that keep-up could use."""
    return f"No version is in use in project {project}:"


def total(spent: Mapping[str, float | None]) -> float | None:
    """The sum of what runs spent, by their ids; None if one is unknown."""
    amounts = [usd for usd in spent.values() if usd is not None]
    return sum(amounts) if len(amounts) == len(spent) else None
