"""Why work on a run stopped: of which kind, by which programs decide, and the sentence about it for people."""

from enum import StrEnum
from typing import NamedTuple

from backend.advice import Advice


class StopKind(StrEnum):
    """The values are stored. ABANDONED and UNATTENDED are found when a run is looked at, and never stored."""

    BUDGET = "budget"
    MONTHLY_BUDGET = "monthly_budget"
    INTERRUPTED = "interrupted"
    LEFT_BATCH = "left_batch"
    ABANDONED = "abandoned"
    NEVER_BEGAN = "never_began"
    UNATTENDED = "unattended"
    OTHER = ""


RESUMABLE = frozenset({StopKind.INTERRUPTED, StopKind.ABANDONED, StopKind.NEVER_BEGAN})
"""Nothing but the process itself was in the way."""
ADVICE = {
    StopKind.MONTHLY_BUDGET: Advice.RAISE_AND_RESUME,
    StopKind.LEFT_BATCH: Advice.COLLECT_OR_CANCEL,
    StopKind.ABANDONED: Advice.RESUME,
    StopKind.NEVER_BEGAN: Advice.RESUME,
    StopKind.UNATTENDED: Advice.START_WORKER,
}
"""How somebody goes on with a run that stopped, where the sentence alone does not say it."""
OF_SEARCHES = {
    StopKind.MONTHLY_BUDGET: Advice.RAISE_AND_SEARCH,
    StopKind.ABANDONED: Advice.SEARCH_AGAIN,
    StopKind.NEVER_BEGAN: Advice.SEARCH_AGAIN,
}


class StopReason(NamedTuple):
    """`sentence`: what happened, for people; for the budget of a run one word, by which scripts know it."""

    sentence: str = ""
    kind: StopKind = StopKind.OTHER


BUDGET = StopReason("budget", StopKind.BUDGET)
"""The next request might have cost more than is left of the run's budget."""
INTERRUPTED = StopReason("It was interrupted.", StopKind.INTERRUPTED)
LEFT_BATCH = StopReason("The batch continues at the provider.", StopKind.LEFT_BATCH)
ABANDONED = StopReason("Its process is gone.", StopKind.ABANDONED)
NEVER_BEGAN = StopReason("Its process did not begin.", StopKind.NEVER_BEGAN)
UNATTENDED = StopReason("It waits for a worker.", StopKind.UNATTENDED)
