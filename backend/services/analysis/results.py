"""Results: the tasks behind the numbers, with text, truth, answer, reason and a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.answer import Answer
from backend.domain.cascade import answered_by
from backend.domain.dataset.subset import Subset
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.task_values import told_text
from backend.errors import SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.runs.stored_outcomes import StoredOutcomes

KINDS = ("wrong", "rejected", "failed", "missing")


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task.

    text: the fields that the prompt uses
    truth, answer: for people; None if there is none
    reason: why there is no answer
    model: whose outcome it is, in a cascade
    """

    task: int
    text: str
    truth: str | None
    answer: str | None
    reason: str | None
    confidence: float | None
    link: str
    kind: str = ""
    cost_usd: float | None = None
    model: str | None = None


def results(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, kinds: Sequence[str], truth: str
) -> list[TaskResult]:
    """The tasks of these kinds (see KINDS; none means all that have an outcome), by id."""
    outcomes = {outcome.task_id: outcome for page in stored.of_version(resolved) for outcome in page}
    truths = truths_by_task(studio, resolved, truth, required="wrong" in kinds)
    chosen = sorted(
        task for task, outcome in outcomes.items() if not kinds or _kind(outcome, truths, resolved.schema) in kinds
    )
    if "missing" in kinds:
        chosen = sorted({*chosen, *(set(studio.task_ids(resolved.project.id)) - set(outcomes))})
    return _rows(studio, resolved, chosen, outcomes, truths)


def results_of(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, tasks: Sequence[int]
) -> list[TaskResult]:
    """Those of these tasks, in their order, whether the version was run on them or not."""
    outcomes = {outcome.task_id: outcome for page in stored.of_version(resolved, set(tasks)) for outcome in page}
    return _rows(studio, resolved, tasks, outcomes, truths_by_task(studio, resolved, "ground-truth"))


def _kind(outcome: Outcome, truths: Mapping[int, Answer], schema: LabelSchema) -> str:
    if isinstance(outcome.verdict, Rejection):
        return "rejected"
    if isinstance(outcome.verdict, Failure):
        return "failed"
    wrong = outcome.task_id in truths and not schema.equal(truths[outcome.task_id], outcome.answer)
    return "wrong" if wrong else "usable"


def _shown_kind(outcome: Outcome | None, truths: Mapping[int, Answer], schema: LabelSchema) -> str:
    """`right` too, where a ground truth says so."""
    if outcome is None:
        return "missing"
    kind = _kind(outcome, truths, schema)
    return "right" if kind == "usable" and outcome.task_id in truths else kind


def truths_by_task(
    studio: LabelStudioClient, resolved: ResolvedVersion, truth: str, required: bool = False
) -> dict[int, Answer]:
    """Raises SubsetError when there are none and they are `required`."""
    try:
        truths = ground_truths(studio, resolved.project, resolved.schema, Subset("ground-truth", truth=truth)).truths
    except SubsetError:
        if required:
            raise
        return {}
    return {truth.task_id: truth.answer for truth in truths}


def _rows(
    studio: LabelStudioClient,
    resolved: ResolvedVersion,
    chosen: Sequence[int],
    outcomes: Mapping[int, Outcome],
    truths: Mapping[int, Answer],
) -> list[TaskResult]:
    rows = []
    for page in studio.tasks_by_id(resolved.project.id, chosen):
        for task in page:
            outcome = outcomes.get(task.id)
            verdict = outcome.verdict if outcome else None
            answer = outcome.answer if outcome else None
            truth = truths.get(task.id)
            rows.append(
                TaskResult(
                    task=task.id,
                    text="\n".join(told_text(task.value(name)) for name in resolved.version.variables),
                    truth=None if truth is None else resolved.schema.show(truth),
                    answer=None if answer is None else resolved.schema.show(answer),
                    reason=_reason(verdict) if outcome else "not asked yet",
                    confidence=outcome.confidence if outcome else None,
                    link=studio.task_url(resolved.project.id, task.id),
                    kind=_shown_kind(outcome, truths, resolved.schema),
                    cost_usd=outcome.usage.cost_usd if outcome else None,
                    model=answered_by(resolved.version.reference, resolved.version.cascade, outcome)
                    if outcome
                    else None,
                )
            )
    return rows


def _reason(verdict: object) -> str | None:
    if isinstance(verdict, Rejection):
        return f"{verdict.reason}: {verdict.detail}"
    return f"{verdict.kind}: {verdict.detail}" if isinstance(verdict, Failure) else None
