"""Results: the tasks behind the numbers, with text, truth, answer, reason and a link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.answer import Answer
from backend.domain.cascade import answered_by
from backend.domain.dataset.subset import Subset
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.prompts.version import PromptVersion
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
    truth_lines, answer_lines: the same, a line for each control
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
    truth_lines: tuple[str, ...] = ()
    answer_lines: tuple[str, ...] = ()


def results(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, kinds: Sequence[str], truth: str
) -> list[TaskResult]:
    """The tasks of these kinds (see KINDS; none means all that have an outcome), by id."""
    rows = results_without_texts(studio, stored, resolved, kinds, truth)
    return _with_texts(studio, resolved.version, rows)


def results_without_texts(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, kinds: Sequence[str], truth: str
) -> list[TaskResult]:
    """The same without the texts of the tasks, of which Label Studio lists some thousands a second; also those of tasks
    that it does not have any more."""
    outcomes = {outcome.task_id: outcome for page in stored.of_version(resolved) for outcome in page}
    truths = truths_by_task(studio, resolved, truth, required="wrong" in kinds)
    chosen = sorted(
        task for task, outcome in outcomes.items() if not kinds or _kind(outcome, truths, resolved.schema) in kinds
    )
    if "missing" in kinds:
        chosen = sorted({*chosen, *(set(studio.task_ids(resolved.project.id)) - set(outcomes))})
    return [_row(studio, resolved, task, outcomes.get(task), truths) for task in chosen]


def results_of(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion, tasks: Sequence[int]
) -> list[TaskResult]:
    """Those of these tasks, in their order, whether the version was run on them or not."""
    outcomes = {outcome.task_id: outcome for page in stored.of_version(resolved, set(tasks)) for outcome in page}
    truths = truths_by_task(studio, resolved, "ground-truth")
    rows = [_row(studio, resolved, task, outcomes.get(task), truths) for task in tasks]
    return _with_texts(studio, resolved.version, rows)


def texts_of(studio: LabelStudioClient, version: PromptVersion, tasks: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Each of these tasks that Label Studio has, with the fields of it that a version uses."""
    for page in studio.tasks_by_id(version.project, tasks):
        for task in page:
            yield task.id, "\n".join(told_text(task.value(name)) for name in version.variables)


def _with_texts(studio: LabelStudioClient, version: PromptVersion, rows: Sequence[TaskResult]) -> list[TaskResult]:
    texts = dict(texts_of(studio, version, [row.task for row in rows]))
    return [replace(row, text=texts[row.task]) for row in rows if row.task in texts]


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


def _row(
    studio: LabelStudioClient,
    resolved: ResolvedVersion,
    task: int,
    outcome: Outcome | None,
    truths: Mapping[int, Answer],
) -> TaskResult:
    """Without its text."""
    answer, truth = outcome.answer if outcome else None, truths.get(task)
    return TaskResult(
        task=task,
        text="",
        truth=None if truth is None else resolved.schema.show(truth),
        answer=None if answer is None else resolved.schema.show(answer),
        truth_lines=() if truth is None else tuple(resolved.schema.show_each(truth)),
        answer_lines=() if answer is None else tuple(resolved.schema.show_each(answer)),
        reason=_reason(outcome.verdict) if outcome else "not asked yet",
        confidence=outcome.confidence if outcome else None,
        link=studio.task_url(resolved.project.id, task),
        kind=_shown_kind(outcome, truths, resolved.schema),
        cost_usd=outcome.usage.cost_usd if outcome else None,
        model=answered_by(resolved.version.reference, resolved.version.cascade, outcome) if outcome else None,
    )


def _reason(verdict: object) -> str | None:
    if isinstance(verdict, Rejection):
        return f"{verdict.reason}: {verdict.detail}"
    return f"{verdict.kind}: {verdict.detail}" if isinstance(verdict, Failure) else None
