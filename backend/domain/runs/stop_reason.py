"""Why work on a run stopped: of which kind, by which programs decide, and the sentence about it for people."""

from enum import StrEnum
from typing import NamedTuple


class StopKind(StrEnum):
    """The values are stored. ABANDONED is found when a run is looked at, and never stored."""

    BUDGET = "budget"
    MONTHLY_BUDGET = "monthly_budget"
    INTERRUPTED = "interrupted"
    ABANDONED = "abandoned"
    NEVER_BEGAN = "never_began"
    OTHER = ""


RESUMABLE = frozenset({StopKind.INTERRUPTED, StopKind.ABANDONED, StopKind.NEVER_BEGAN})
"""Nothing but the process itself was in the way."""


class StopReason(NamedTuple):
    """`sentence`: for people; for the budget of a run one word, by which scripts know it."""

    sentence: str = ""
    kind: StopKind = StopKind.OTHER


BUDGET = StopReason("budget", StopKind.BUDGET)
"""The next request might have cost more than is left of the run's budget."""
INTERRUPTED = StopReason("It was interrupted.", StopKind.INTERRUPTED)
ABANDONED = StopReason("Its process is gone; `ls-prompts resume` continues it.", StopKind.ABANDONED)
NEVER_BEGAN = StopReason("Its process did not begin; `ls-prompts resume` starts another.", StopKind.NEVER_BEGAN)


def at_monthly_budget(connection: str, continued_by: str) -> StopReason:
    """The monthly budget of a connection is used up.

    continued_by: the command that goes on with the run
    """
    return StopReason(f"{monthly_budget_sentence(connection)} {continued_by} continues it.", StopKind.MONTHLY_BUDGET)


def monthly_budget_sentence(connection: str) -> str:
    return (
        f"The monthly budget of connection '{connection}' is used up, or too little is left for the next request; the "
        f"answers are kept: raise it with `ls-prompts connect-model {connection} --monthly-budget USD`, or continue "
        "next month (UTC)."
    )
