"""What a run is started with, and what it came to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.dataset.subset import Subset
from backend.domain.metrics.summary import Summary
from backend.domain.outcome import Outcome, Truth
from backend.domain.runs.run import Run
from backend.services.predictions.sync import PushResult

if TYPE_CHECKING:
    from backend.domain.metrics.classification import Score
    from backend.domain.metrics.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What becomes of a run's predictions, and at what cost it stops. `keep`: older versions of the prompt stay beside
    them; `budget`: most USD it may spend, None for no limit; `batch`: they come by the provider's batch endpoint, which
    keeps no budget."""

    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """`seconds`: first request sent to last completion stored; `judged` (the outcomes of tasks with a truth),
    `truths` and `evaluation` only where there are truths."""

    run: Run
    subset: Subset
    summary: Summary
    seconds: float
    judged: list[Outcome]
    truths: list[Truth]
    evaluation: "Evaluation | None"
    pushed: PushResult | None

    @property
    def score(self) -> "Score | None":
        return self.evaluation.score if self.evaluation else None
