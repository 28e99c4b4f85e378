"""Sampling: all requests about one task are sent side by side; mostly there is just one.

It also says when the answers do not give a confidence.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence

from backend.domain.cascade import Cascade
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.resolution.resolve import has_probability
from backend.engine.request_executor import RequestExecutor
from backend.engine.response_cache import RequestResult
from backend.engine.shutdown import Stopped

_SCORELESS = (
    "{} has no scores: save it with `--confidence samples:5` to have each task asked five times and their agreement as "
    "the score, or with `--confidence none`."
)


async def ask_all(
    executor: RequestExecutor, request: ChatRequest, stored: Mapping[str, Sequence[Completion]]
) -> list[RequestResult]:
    """The result of each sample of `request`. Raises what `RequestExecutor.ask` raises.

    Stopped is raised only after the samples in flight have come, too.
    stored: attempts by digest
    """
    coroutines = [executor.ask(sample, stored.get(sample.digest, ())) for sample in request.samples]
    if len(coroutines) == 1:
        return [await coroutines[0]]
    results = await asyncio.gather(*map(_unless_stopped, coroutines))
    finished = [result for result in results if result is not None]
    if len(finished) < len(results):
        raise Stopped
    return finished


async def _unless_stopped(ask: Awaitable[RequestResult]) -> RequestResult | None:
    try:
        return await ask
    except Stopped:
        return None


def failure_of(results: Sequence[RequestResult]) -> Failure:
    """Why the samples bring no outcome: the first Failure."""
    failures = [result.failure for result in results if result.failure is not None]
    return failures[0] if failures else Failure("crashed", "The request was given up.")


def no_confidence_sentence(version: PromptVersion, outcomes: Sequence[Outcome], schema: LabelSchema) -> str | None:
    """A sentence for a model that was asked for log-probabilities and returned none that fit its answers, or none that
    say anything about them; else None. Of a cascade, the first model is meant."""
    first_outcomes = [outcome.first or outcome for outcome in outcomes]
    usable = [(outcome, outcome.answer) for outcome in first_outcomes if outcome.answer is not None]
    if not version.logprobs or not usable or any(outcome.confidence is not None for outcome, _ in usable):
        return None
    if version.cascade is not None:
        return None if version.cascade.below is None else _all_went_on(version, version.cascade)
    if not any(has_probability(answer, schema) for _, answer in usable):
        return f"Texts and relations have no confidence from log-probabilities, so {_SCORELESS.format(version.tag)}"
    if any(outcome.logprobs for outcome, _ in usable):
        return (
            f"The log-probabilities of {version.model} do not fit the texts it gives, or leave open which label is "
            f"likely, so {_SCORELESS.format(version.tag)}"
        )
    if version.swaps:
        return f"{version.model} gives no log-probabilities, so {version.tag} has no scores."
    return f"{version.model} gives no log-probabilities, so {_SCORELESS.format(version.tag)}"


def _all_went_on(version: PromptVersion, cascade: Cascade) -> str:
    return (
        f"No answer of {version.reference} has a confidence, so {cascade.reference} was asked about every task: leave "
        "the threshold out, or save the prompt with `--confidence samples:5`."
    )
