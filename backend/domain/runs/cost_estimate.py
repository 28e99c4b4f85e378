"""Cost estimates: what requests will take, as a range, from what similar requests took."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.hashing import canonical
from backend.domain.metrics.summary import quantile

Range = tuple[float, float]

CHARACTERS_PER_TOKEN = (2.0, 5.0)
"""When nothing is known: English prose has 4 to 5 characters per token, JSON 3, many other languages 2 or fewer."""
COMPLETION_TOKENS = (5.0, 200.0)
"""When nothing is known: from one short label to several long ones; models that think aloud write more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimate of a run over `tasks` tasks. Ranges go from low to high and cover the tasks that are not answered
    yet.

    reused: tasks that are answered already and cost nothing
    prompt_tokens: None if nobody knows what its pictures take
    example_tokens: the part of `prompt_tokens` that examples take
    cost_usd: None if the price is unknown, or the tokens
    tokenizer: how prompts were counted
    second: how many tasks go on to a second model, for a cascade; the tokens and the cost are those of both
    """

    tasks: int
    reused: int
    prompt_tokens: tuple[int, int] | None
    completion_tokens: tuple[int, int]
    cost_usd: tuple[float, float] | None
    tokenizer: str
    example_tokens: tuple[int, int] = (0, 0)
    second: "SecondShare | None" = None


@dataclass(frozen=True, slots=True)
class SecondShare:
    """The share of tasks that go on to the second model of a cascade, from low to high with 95 % confidence.

    answers: stored answers of the first model that say so; 0 if nobody knows
    """

    low: float
    high: float
    answers: int


def with_second(first: Estimate, certain: Estimate, possible: Estimate, share: SecondShare) -> Estimate:
    """The estimate of a cascade.

    first: of its first model, on all tasks
    certain, possible: of its second one, on tasks that certainly go on, and on those that `share` is about
    """

    def all_of(name: str) -> tuple[float, float] | None:
        ranges = [getattr(estimate, name) for estimate in (first, certain, possible)]
        if None in ranges:
            return None
        (low, high), (sure_low, sure_high), (most_low, most_high) = ranges
        return low + sure_low + share.low * most_low, high + sure_high + share.high * most_high

    prompt, completion = _whole(all_of("prompt_tokens")), _whole(all_of("completion_tokens"))
    examples, reused = _whole(all_of("example_tokens")), first.reused - certain.tasks + certain.reused
    counted = f"{first.tokenizer}; second model: {possible.tokenizer}"
    rest = (all_of("cost_usd"), counted, examples or (0, 0), share)
    return Estimate(first.tasks, reused, prompt, completion or (0, 0), *rest)


def _whole(ends: tuple[float, float] | None) -> tuple[int, int] | None:
    return None if ends is None else (round(ends[0]), round(ends[1]))


@dataclass(frozen=True, slots=True)
class ObservedUsage:
    """What one request took, with its repetitions: its text in characters, and tokens."""

    characters: int
    prompt: int
    cached: int
    completion: int


def prompt_of(request: ChatRequest) -> str:
    """The text of a request that every provider counts."""
    return request.template.system + request.texts


def schema_of(request: ChatRequest) -> str:
    """The text that some providers count in addition."""
    return canonical(request.template.answer_schema).decode()


def observed(request: ChatRequest, attempts: Sequence[Completion]) -> ObservedUsage | None:
    """None if the provider did not report it."""
    prompt = sum(attempt.prompt_tokens for attempt in attempts)
    completion = sum(attempt.completion_tokens for attempt in attempts)
    if not prompt or not completion:
        return None
    size = len(prompt_of(request)) + len(schema_of(request))
    return ObservedUsage(size, prompt, sum(attempt.cached_tokens for attempt in attempts), completion)


def tokens_per_character(usages: Sequence[ObservedUsage]) -> Range:
    if not usages:
        few, many = CHARACTERS_PER_TOKEN
        return 1 / many, 1 / few
    return spread([usage.prompt / usage.characters for usage in usages])


def completion_tokens(usages: Sequence[ObservedUsage]) -> Range:
    """Completion tokens of one request."""
    return spread([usage.completion for usage in usages]) if usages else COMPLETION_TOKENS


def prompt_tokens(usages: Sequence[ObservedUsage]) -> Range | None:
    """Prompt tokens of one request, where its text does not say how many; None if nothing is known."""
    return spread([usage.prompt for usage in usages]) if usages else None


def cached_share(usages: Sequence[ObservedUsage]) -> float:
    """The share of the prompt tokens that were in the provider's cache."""
    prompt = sum(usage.prompt for usage in usages)
    return min(1.0, sum(usage.cached for usage in usages) / prompt) if prompt else 0.0


def spread(values: Sequence[float]) -> Range:
    """From the 10th to the 90th percentile, widened to the mean, which many requests add up to."""
    mean = fmean(values)
    low, high = quantile(values, 10), quantile(values, 90)
    return min(mean, low or mean), max(mean, high or mean)
