"""History lines: the numbers of each version of a prompt on the ground truths of a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.classification import score
from backend.domain.metrics.summary import summarise
from backend.domain.outcome import Outcome, Truth
from backend.domain.prompts.version import PromptVersion
from backend.domain.statistics.intervals import Interval, ratio, wilson


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A version in the history. Its numbers are those of the tasks with a ground truth, None where there is none.

    cost_usd: per task
    differs: differences from the version of the report
    All numbers are None if the version's answers cannot be read under the config of the report's version.
    """

    version: PromptVersion
    outputs: int = 0
    accuracy: float | None = None
    accuracy_ci: Interval | None = None
    coverage: float | None = None
    f1_macro: float | None = None
    cost_usd: float | None = None
    latency_p50: float | None = None
    differs: tuple[str, ...] = ()


def line_of(
    version: PromptVersion,
    outcomes: Sequence[Outcome],
    truths: Sequence[Truth],
    schema: LabelSchema,
    differs: tuple[str, ...] = (),
) -> HistoryLine:
    """A version's line in the history."""
    scored, total = score(outcomes, truths, schema), summarise(outcomes)
    return HistoryLine(
        version=version,
        outputs=scored.outputs,
        accuracy=scored.accuracy,
        accuracy_ci=wilson(scored.correct, scored.outputs),
        coverage=total.coverage,
        f1_macro=scored.f1_macro,
        cost_usd=None if total.cost_usd is None else ratio(total.cost_usd, total.outputs),
        latency_p50=total.latency_p50,
        differs=differs,
    )
