"""Summary: counts, tokens, cost and latency of outcomes, without any ground truth."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isnan, nan
from statistics import quantiles

from backend.domain.answer import Answer, spans_of, unlocated_of
from backend.domain.labels.placement.counts import PlacementCounts, counts_or_none
from backend.domain.metrics.cascade_shares import CascadeShares, CountingSteps
from backend.domain.metrics.request_places import RequestPlaces
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.statistics.intervals import Interval, ratio, wilson


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of a set of outcomes.

    outputs: tasks for which the model answered
    coverage: usable answers / tasks
    cost_usd: of all completions behind the outcomes, each counted once however many tasks share it, as are the tokens
    saved_usd: the part of it that was stored before
    Tokens are None if the provider did not count those of one request.
    rejections, failures: in alphabetical order, whatever the order of the outcomes
    refusal: the text of the provider's most frequent refusal, of equally frequent ones the first in the alphabet; None
        for none
    quotes: where the quotes of the usable answers were found, None where none was given
    cascade: who answered, and what each model cost; None if no task went on to a second one
    Latencies are in seconds.
    """

    tasks: int
    outputs: int
    usable: int
    coverage: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    saved_usd: float | None
    rejections: Mapping[str, int]
    failures: Mapping[str, int]
    requests: int
    reused: int
    latency_p50: float | None
    latency_p95: float | None
    refusal: str | None = None
    quotes: PlacementCounts | None = None
    cascade: CascadeShares | None = None

    @property
    def coverage_ci(self) -> Interval | None:
        return wilson(self.usable, self.tasks)


REFUSALS = ("bad_request", "auth", "refused")
"""Kinds of Failure that the provider gives a reason for."""
_MOST_REFUSALS = 100
_UNCOUNTED = -1


class Summing:
    """Sums outcomes as they come and keeps only a few bytes of each."""

    def __init__(self) -> None:
        self._tasks = self._outputs = self._usable = self._requests = self._reused = 0
        self._rejections: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._seconds = array("d")
        self._places = RequestPlaces()
        self._prompt, self._completion = array("q"), array("q")
        self._cost = array("d")
        self._sent = bytearray()
        self._tiers: Counter[str] = Counter()
        self._unlocated: Counter[str] = Counter()
        self._steps = CountingSteps()

    @property
    def tasks(self) -> int:
        return self._tasks

    @property
    def failed(self) -> int:
        """Tasks without an answer."""
        return self._failures.total()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._tasks += 1
            self._requests += outcome.sent
            self._reused += outcome.reused
            self._steps.add(outcome)
            if isinstance(outcome.verdict, Failure):
                self._fail(outcome.verdict)
                continue
            self._outputs += 1
            if isinstance(outcome.verdict, Rejection):
                self._rejections[outcome.verdict.reason] += 1
            else:
                self._usable += 1
                self._count_placement(outcome.verdict)
            if outcome.usage.seconds is not None:
                self._seconds.append(outcome.usage.seconds)
            self._pay(outcome)

    def _count_placement(self, answer: Answer) -> None:
        for value in answer.values():
            self._tiers.update(span.tier for span in spans_of(value))
            self._unlocated.update(quote.reason for quote in unlocated_of(value))

    def _fail(self, failure: Failure) -> None:
        self._failures[failure.kind] += 1
        if failure.kind in REFUSALS and (failure.detail in self._refusals or len(self._refusals) < _MOST_REFUSALS):
            self._refusals[failure.detail] += 1

    def _pay(self, outcome: Outcome) -> None:
        """Counts each request once, by the outcome with most attempts behind it; 64 bits identify a request."""
        request = hash(outcome.digest or outcome.task_id)
        usage = outcome.usage
        index = self._places.of(request)
        if index == len(self._prompt):
            for numbers in (self._prompt, self._completion, self._cost):
                numbers.append(_UNCOUNTED)
            self._sent.append(0)
        self._sent[index] |= not outcome.reused
        prompt, completion = (
            _UNCOUNTED if tokens is None else tokens for tokens in (usage.prompt_tokens, usage.completion_tokens)
        )
        if prompt >= self._prompt[index]:
            self._prompt[index], self._completion[index] = prompt, completion
            self._cost[index] = nan if usage.cost_usd is None else usage.cost_usd

    def summary(self) -> Summary:
        """The Summary of all outcomes that were added."""
        return Summary(
            tasks=self._tasks,
            outputs=self._outputs,
            usable=self._usable,
            coverage=ratio(self._usable, self._tasks),
            prompt_tokens=_counted(self._prompt),
            completion_tokens=_counted(self._completion),
            cost_usd=_known_price(fsum(self._cost)),
            saved_usd=_known_price(fsum(c for c, sent in zip(self._cost, self._sent, strict=True) if not sent)),
            rejections=dict(sorted(self._rejections.items())),
            failures=dict(sorted(self._failures.items())),
            requests=self._requests,
            reused=self._reused,
            latency_p50=quantile(self._seconds, 50),
            latency_p95=quantile(self._seconds, 95),
            refusal=min(self._refusals, key=lambda detail: (-self._refusals[detail], detail), default=None),
            quotes=counts_or_none(self._tiers, self._unlocated),
            cascade=self._steps.shares(),
        )


def summarise(outcomes: Iterable[Outcome]) -> Summary:
    total = Summing()
    total.add(outcomes)
    return total.summary()


def quantile(values: Sequence[float], percent: int) -> float | None:
    """Percentile with linear interpolation (inclusive, numpy's default); None for no values."""
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _counted(tokens: Sequence[int]) -> int | None:
    return None if _UNCOUNTED in tokens else sum(tokens)


def _known_price(usd: float) -> float | None:
    """None if a price was unknown."""
    return None if isnan(usd) else usd
