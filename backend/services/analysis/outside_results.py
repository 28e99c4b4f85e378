"""Outside results: answers that other programs gave about the tasks of a run, read and judged as a model's would be."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.answer import Answer
from backend.domain.outcome import Failure, Rejection
from backend.domain.outside_answer import OutsideAnswer
from backend.services.analysis.results import truths_by_task
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_selection import schema_of


@dataclass(frozen=True, slots=True)
class OutsideResult:
    """`correct`: None without a ground truth, or without an answer."""

    sent: OutsideAnswer
    verdict: Answer | Rejection | Failure
    truth: Answer | None
    correct: bool | None

    @property
    def answer(self) -> Answer | None:
        return None if isinstance(self.verdict, Rejection | Failure) else self.verdict


def outside_results(
    studio: LabelStudioClient, resolved: ResolvedVersion, answers: Iterable[OutsideAnswer]
) -> list[OutsideResult]:
    """By task; tasks that are not in the project are left out."""
    by_task = {answer.task_id: answer for answer in answers}
    truths = truths_by_task(studio, resolved, "ground-truth") if by_task else {}
    results = []
    for page in studio.tasks_by_id(resolved.project.id, list(by_task)):
        for task in page:
            sent, schema, truth = by_task[task.id], schema_of(task, resolved.schema), truths.get(task.id)
            verdict = sent.failure or schema.parse(sent.output or {})
            answer = None if isinstance(verdict, Rejection | Failure) else verdict
            correct = None if truth is None or answer is None else schema.equal(truth, answer)
            results.append(OutsideResult(sent, verdict, truth, correct))
    return results
