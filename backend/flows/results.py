"""Results: the tasks behind the numbers, with text, truth, answer, reason and a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.core.outcomes import Answer, Failure, Outcome, Rejection
from backend.core.subsets import Subset
from backend.core.values import shown_text
from backend.errors import SubsetError
from backend.flows.baseline import ground_truths
from backend.flows.prompts import Bound
from backend.flows.runs import Runs

KINDS = ("wrong", "rejected", "failed", "missing")


@dataclass(frozen=True, slots=True)
class Result:
    """One task. `text`: its fields that the prompt uses; `truth` and `answer` for people, None where there is none;
    `reason`: why there is no answer."""

    task: int
    text: str
    truth: str | None
    answer: str | None
    reason: str | None
    confidence: float | None
    link: str


def results(runs: Runs, bound: Bound, kinds: Sequence[str], truth: str) -> list[Result]:
    """The tasks of these kinds (see KINDS; none means all that have an outcome), by id."""
    outcomes = {outcome.task_id: outcome for page in runs.stored(bound) for outcome in page}
    truths = truths_by_task(runs, bound, truth, required="wrong" in kinds)
    chosen = sorted(task for task, outcome in outcomes.items() if not kinds or _kind(outcome, truths) in kinds)
    if "missing" in kinds:
        chosen = sorted({*chosen, *(set(runs.studio.task_ids(bound.project.id)) - set(outcomes))})
    return _rows(runs, bound, chosen, outcomes, truths)


def _kind(outcome: Outcome, truths: Mapping[int, Answer]) -> str:
    if isinstance(outcome.verdict, Rejection):
        return "rejected"
    if isinstance(outcome.verdict, Failure):
        return "failed"
    wrong = outcome.task_id in truths and truths[outcome.task_id] != outcome.answer
    return "wrong" if wrong else "usable"


def truths_by_task(runs: Runs, bound: Bound, truth: str, required: bool = False) -> dict[int, Answer]:
    """Raises SubsetError when there are none and they are `required`."""
    try:
        found = ground_truths(runs.studio, bound.project, bound.schema, Subset("ground-truth", truth=truth)).truths
    except SubsetError:
        if required:
            raise
        return {}
    return {truth.task_id: truth.answer for truth in found}


def _rows(
    runs: Runs, bound: Bound, chosen: Sequence[int], outcomes: Mapping[int, Outcome], truths: Mapping[int, Answer]
) -> list[Result]:
    rows = []
    for page in runs.studio.tasks_by_id(bound.project.id, chosen):
        for task in page:
            outcome = outcomes.get(task.id)
            verdict = outcome.verdict if outcome else None
            answer = outcome.answer if outcome else None
            truth = truths.get(task.id)
            rows.append(
                Result(
                    task=task.id,
                    text="\n".join(shown_text(task.value(name)) for name in bound.version.variables),
                    truth=None if truth is None else bound.schema.show(truth),
                    answer=None if answer is None else bound.schema.show(answer),
                    reason=_reason(verdict) if outcome else "not asked yet",
                    confidence=outcome.confidence if outcome else None,
                    link=runs.studio.task_url(bound.project.id, task.id),
                )
            )
    return rows


def _reason(verdict: object) -> str | None:
    if isinstance(verdict, Rejection):
        return f"{verdict.reason}: {verdict.detail}"
    return f"{verdict.kind}: {verdict.detail}" if isinstance(verdict, Failure) else None
