"""Run options: how a run is started, and its result."""

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from backend.advice import Notice
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.summary import Summary, Summing
from backend.domain.outcome import Outcome, Truth
from backend.domain.runs.run import Run
from backend.services.predictions.sync import PushResult
from backend.services.run_control.progress import Progress, Settled

if TYPE_CHECKING:
    from backend.domain.metrics.classification import Score
    from backend.domain.metrics.evaluation import Evaluation

FIRST = 100


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What becomes of a run's predictions, and at what cost it stops.

    keep: older versions of the prompt stay beside them
    budget: most USD it may spend, None for no limit
    batch: they come by the provider's batch endpoint, which keeps no budget
    """

    push: bool = True
    keep: bool = False
    budget: float | None = None
    batch: bool = False


@dataclass(slots=True)
class Findings:
    """What a run came to, summed as its outcomes come, or as they are read. As a Progress, it passes all on to another.

    truths: ids of the tasks that have a ground truth
    first: the FIRST outcomes
    judged: the outcomes of tasks with a ground truth
    """

    truths: set[int]
    progress: Progress
    first: list[Outcome] = field(default_factory=list)
    judged: list[Outcome] = field(default_factory=list)
    total: Summing = field(default_factory=Summing)

    def start(self, tasks: int | None) -> None:
        self.progress.start(tasks)

    def add(self, outcomes: list[Outcome]) -> None:
        self.progress.add(outcomes)
        self.read(outcomes)

    def count(self, settled: Settled) -> None:
        self.progress.count(settled)

    def notify(self, sentence: str) -> None:
        self.progress.notify(sentence)

    def advise(self, notice: Notice) -> None:
        self.progress.advise(notice)

    def read(self, outcomes: list[Outcome]) -> None:
        """Sums outcomes that nobody is told of."""
        self.first += islice(outcomes, FIRST - len(self.first))
        self.total.add(outcomes)
        judged = (outcome for outcome in outcomes if outcome.task_id in self.truths)
        self.judged += [replace(outcome, confidences=outcome.computed) for outcome in judged]


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
