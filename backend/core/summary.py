"""Summary: what a set of outcomes amounts to, without any truth: counts, tokens, cost, latency."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from backend.core.outcomes import Failure, Outcome, Rejection
from backend.core.scoring import ratio


@dataclass(frozen=True, slots=True)
class Summary:
    """`outputs`: tasks on which the model spoke; `coverage`: usable answers / tasks; tokens and `cost_usd` are of all
    completions behind the outcomes, each counted once however many tasks share it, `saved_usd` the part that was stored
    before; latencies in seconds."""

    tasks: int
    outputs: int
    usable: int
    coverage: float | None
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    saved_usd: float | None
    rejections: Mapping[str, int]
    failures: Mapping[str, int]
    requests: int
    reused: int
    latency_p50: float | None
    latency_p95: float | None


def summarise(outcomes: Sequence[Outcome], tasks: int) -> Summary:
    """`tasks`: size of the baseline, of which `outcomes` may cover only a part."""
    usable = sum(outcome.answer is not None for outcome in outcomes)
    seconds = [o.usage.seconds for o in outcomes if o.usage.seconds is not None]
    paid = _paid(outcomes)
    asked = {_request(o) for o in outcomes if not o.reused}
    return Summary(
        tasks=tasks,
        outputs=sum(outcome.spoke for outcome in outcomes),
        usable=usable,
        coverage=ratio(usable, tasks),
        prompt_tokens=sum(o.usage.prompt_tokens for o in paid),
        completion_tokens=sum(o.usage.completion_tokens for o in paid),
        cost_usd=_cost(paid),
        saved_usd=_cost([o for o in paid if _request(o) not in asked]),
        rejections=dict(Counter(o.verdict.reason for o in outcomes if isinstance(o.verdict, Rejection))),
        failures=dict(Counter(o.verdict.kind for o in outcomes if isinstance(o.verdict, Failure))),
        requests=sum(outcome.sent for outcome in outcomes),
        reused=sum(outcome.reused for outcome in outcomes),
        latency_p50=quantile(seconds, 50),
        latency_p95=quantile(seconds, 95),
    )


def quantile(values: Sequence[float], percent: int) -> float | None:
    """Percentile with linear interpolation (inclusive, as numpy's default); None for no values."""
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _request(outcome: Outcome) -> str | int:
    """What an outcome's completions belong to."""
    return outcome.digest or outcome.task_id


def _paid(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One outcome of each request that the model answered, the one with most attempts behind it."""
    most: dict[str | int, Outcome] = {}
    for outcome in outcomes:
        known = most.get(_request(outcome))
        if outcome.spoke and (known is None or outcome.usage.prompt_tokens > known.usage.prompt_tokens):
            most[_request(outcome)] = outcome
    return list(most.values())


def _cost(outcomes: Sequence[Outcome]) -> float | None:
    """Unknown as soon as one price is; 0 for nothing."""
    costs = [outcome.usage.cost_usd for outcome in outcomes]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
