"""Cascade estimation: what a run of a version with two models would take. The first model is asked about every task.
Its stored answers show how many tasks go on to the second model, and these shares are used for the tasks without a
stored answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.domain.cascade import Cascade
from backend.domain.chat.request import ChatRequest
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import failed, resolve
from backend.domain.runs.cost_estimate import Estimate, SecondShare, with_second
from backend.domain.statistics.intervals import wilson
from backend.domain.task import Task
from backend.services.runs.cost_estimation import CostEstimator, MakeEstimator, Requests, Stored


@dataclass(frozen=True, slots=True)
class CascadeEstimator:
    """make: an estimator of one model
    outcomes: what became of earlier tasks, with this version or its first model alone
    """

    make: MakeEstimator
    cascade: Cascade
    outcomes: Iterable[Outcome]

    def estimate(self, subset: Subset, probe: int = 0) -> Estimate:
        """A `probe` asks the first model. Raises what `CostEstimator.estimate` raises."""
        first = self.make(0, None)
        alone = first.estimate(subset, probe)
        certain, possible = (
            self.make(1, _Chosen(first, self.cascade, going).select).estimate(subset) for going in (True, None)
        )
        return with_second(alone, certain, possible, self._share())

    def _share(self) -> SecondShare:
        on = [self.cascade.goes_on(outcome.first or outcome) for outcome in self.outcomes]
        low, high = wilson(sum(on), len(on)) or (0.0, 1.0)
        return SecondShare(low, high, len(on))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """`going`: True for requests to the second that are certain, None for those that nobody knows yet."""

    first: CostEstimator
    cascade: Cascade
    going: bool | None

    def select(self, page: Sequence[Task], requests: Requests) -> Requests:
        planned = self.first.builder.requests(page)
        stored = self.first.stored([ask for _, ask in planned if isinstance(ask, ChatRequest)])
        chosen = [self._goes_on(task, ask, stored) for task, ask in planned]
        return [request for request, goes_on in zip(requests, chosen, strict=True) if goes_on is self.going]

    def _goes_on(self, task: int, ask: ChatRequest | Failure, stored: Stored) -> bool | None:
        if isinstance(ask, Failure):
            return self.cascade.goes_on(failed(task, ask))
        attempts = [stored.get(sample.digest, ()) for sample in ask.samples]
        first = resolve(task, attempts, ask.template.spec, self.first.pricing, bool(ask.orders))
        return None if first is None else self.cascade.goes_on(first)
