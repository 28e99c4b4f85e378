"""What became of one task: an Answer, a Rejection or a Failure, never a mixture.

"Wrong", "unusable answer" and "no answer" are three different things. Scoring decides what is wrong; a Rejection is an
answer that cannot be used; a Failure means that there is no answer at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from backend.domain.answer import Answer

REJECTIONS = (
    "not_json",
    "truncated",
    "refused",
    "empty",
    "missing_field",
    "unknown_choice",
    "too_many",
    "wrong_type",
    "out_of_range",
    "bad_date",
    "incomplete",
    "bad_reference",
    "unlocated",
    "inconsistent",
)
FAILURES = (
    "bad_task",
    "bad_request",
    "connection",
    "timeout",
    "deadline",
    "rate_limited",
    "auth",
    "refused",
    "server",
    "budget",
    "crashed",
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """The model answered, but its answer cannot be used."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The model did not answer.

    retry_after: seconds that the provider asked us to wait, if it did
    unbilled: whether the provider certainly charges nothing for the request
    """

    kind: str
    detail: str
    retry_after: float | None = None
    unbilled: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer of a ground-truth annotation of one task.

    otherwise: what of it the screen stores otherwise than it shows it, see `domain.dataset.stored_otherwise`
    """

    task_id: int
    answer: Answer
    otherwise: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Confidence:
    """Probabilities in 0..1: of the whole answer, and of each control's value."""

    joint: float
    controls: Mapping[str, float]


class DeferredConfidence:
    """A Confidence, or None, that is computed when it is first asked for: most who read stored answers do not ask.

    compute: depends on nothing that changes; it is let go of, with the completions that it holds, once it was called
    """

    __slots__ = ("_compute", "_computed")

    def __init__(self, compute: Callable[[], Confidence | None]) -> None:
        self._compute: Callable[[], Confidence | None] | None = compute
        self._computed: Confidence | None = None

    def value(self) -> Confidence | None:
        compute = self._compute
        if compute is not None:  # two threads may both compute it, to the same end
            self._computed = compute()
            self._compute = None
        return self._computed

    def __eq__(self, other: object) -> bool:
        return self.value() == (other.value() if isinstance(other, DeferredConfidence) else other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals of all completions behind an outcome; all samples and attempts count.

    Tokens are those that the provider counted; None if it did not say for one of them.
    cost_usd: None if the model's price or the tokens are unknown
    seconds: latency of the attempt that counts; of several samples, the longest
    """

    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    cost_usd: float | None = None
    seconds: float | None = None


def total_usd(costs: Iterable[float | None]) -> float | None:
    """The sum, rounded once: the same in each order, and with each release of Python. None if one cost is unknown."""
    amounts = list(costs)
    numbers = [cost for cost in amounts if cost is not None]
    return fsum(numbers) if len(numbers) == len(amounts) else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task.

    confidences: that of the answer, with that of each control's value if there are several; None if there is none
    sent: how many requests were sent for it now
    reused: whether stored completions were enough
    logprobs: whether its answers came with log-probabilities, matching or not
    orders: what was answered in each order, if both were asked
    first: what the first model of a cascade made of the task, if the second was asked too; `usage` is that of both
    """

    task_id: int
    verdict: Answer | Rejection | Failure
    digest: str | None = None
    confidences: Confidence | DeferredConfidence | None = None
    usage: Usage = Usage()
    sent: int = 0
    reused: bool = False
    logprobs: bool = False
    orders: tuple[Answer, ...] = ()
    first: "Outcome | None" = None

    @property
    def answer(self) -> Answer | None:
        return None if isinstance(self.verdict, Rejection | Failure) else self.verdict

    @property
    def computed(self) -> Confidence | None:
        """`confidences`, computed if they were not yet."""
        confidences = self.confidences
        return confidences.value() if isinstance(confidences, DeferredConfidence) else confidences

    @property
    def confidence(self) -> float | None:
        """Of the whole answer; None if there is none."""
        confidences = self.computed
        return None if confidences is None else confidences.joint

    @property
    def controls(self) -> Mapping[str, float] | None:
        """Confidence of each control's value, if there are several."""
        confidences = self.computed
        return None if confidences is None else confidences.controls or None

    @property
    def spoke(self) -> bool:
        """Whether the model answered at all, usable or not."""
        return not isinstance(self.verdict, Failure)
