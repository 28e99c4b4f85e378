"""Estimates: what requests will take, as a range, from what requests like them took."""

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
    """Of a run over `tasks` tasks, of which `reused` are answered already and cost nothing. Ranges are of the rest, low
    to high; `example_tokens` are those of `prompt_tokens` that examples take; `cost_usd` is None when the price is
    unknown; `tokenizer` says how prompts were counted."""

    tasks: int
    reused: int
    prompt_tokens: tuple[int, int]
    completion_tokens: tuple[int, int]
    cost_usd: tuple[float, float] | None
    tokenizer: str
    example_tokens: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ObservedUsage:
    """What one request took, its repetitions included: its text in characters, and tokens."""

    characters: int
    prompt: int
    cached: int
    completion: int


def prompt_of(request: ChatRequest) -> str:
    """The text of a request that every provider counts."""
    return request.template.system + request.texts


def schema_of(request: ChatRequest) -> str:
    """The text that some count beside."""
    return canonical(request.template.answer_schema).decode()


def observed(request: ChatRequest, attempts: Sequence[Completion]) -> ObservedUsage | None:
    """None when the provider did not say."""
    prompt = sum(attempt.prompt_tokens for attempt in attempts)
    completion = sum(attempt.completion_tokens for attempt in attempts)
    if not prompt or not completion:
        return None
    size = len(prompt_of(request)) + len(schema_of(request))
    return ObservedUsage(size, prompt, sum(attempt.cached_tokens for attempt in attempts), completion)


def tokens_per_character(seen: Sequence[ObservedUsage]) -> Range:
    if not seen:
        few, many = CHARACTERS_PER_TOKEN
        return 1 / many, 1 / few
    return spread([one.prompt / one.characters for one in seen])


def completion_tokens(seen: Sequence[ObservedUsage]) -> Range:
    """Of one request."""
    return spread([one.completion for one in seen]) if seen else COMPLETION_TOKENS


def cached_share(seen: Sequence[ObservedUsage]) -> float:
    """Of the prompts' tokens, those that the provider had in its cache."""
    prompt = sum(one.prompt for one in seen)
    return min(1.0, sum(one.cached for one in seen) / prompt) if prompt else 0.0


def spread(values: Sequence[float]) -> Range:
    """From the 10th percentile to the 90th; widened to the mean, which is what many requests add up to."""
    mean = fmean(values)
    low, high = quantile(values, 10), quantile(values, 90)
    return min(mean, low or mean), max(mean, high or mean)
