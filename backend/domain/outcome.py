"""What became of one task: an Answer, a Rejection or a Failure, never a mixture.

"Wrong", "unusable answer" and "no answer" are three different things. Wrong is a matter of scoring; a Rejection is an
answer that can't be used; a Failure is no answer at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.domain.answer import Answer

REJECTIONS = ("not_json", "truncated", "refused", "empty", "missing_field", "unknown_choice", "too_many", "wrong_type")
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
    """The model spoke, but its answer can't be used."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The model did not speak. `retry_after`: seconds the provider asked us to wait, if it did; `unbilled`: the
    provider certainly charges nothing for the request."""

    kind: str
    detail: str
    retry_after: float | None = None
    unbilled: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """The Answer of a ground-truth annotation of one task."""

    task_id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Confidence:
    """Probabilities in 0..1: of the whole answer, and of each control's value."""

    joint: float
    controls: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Usage:
    """What the completions behind an outcome took: all samples and attempts count.

    Tokens as the provider counted them; `cost_usd` is None when the model's price is unknown; `seconds` is the
    latency of the attempt that counts, of several samples the longest.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task. `confidence`: of the whole answer, None where there is none; `controls`: of each
    control's value, where the confidence is known and there are several; `sent` requests went out for it just now;
    `reused`: stored facts were enough; `logprobs`: its answers came with log-probabilities, whether they fit or not."""

    task_id: int
    verdict: Answer | Rejection | Failure
    digest: str | None = None
    confidence: float | None = None
    usage: Usage = Usage()
    sent: int = 0
    reused: bool = False
    controls: Mapping[str, float] | None = None
    logprobs: bool = False

    @property
    def answer(self) -> Answer | None:
        return None if isinstance(self.verdict, Rejection | Failure) else self.verdict

    @property
    def spoke(self) -> bool:
        """Whether the model answered at all, usable or not."""
        return not isinstance(self.verdict, Failure)
