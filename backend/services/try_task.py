"""Try one task with one version: what was sent, what came back, and what was read from it."""

import asyncio
from dataclasses import dataclass, replace

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import failed, outcome_of
from backend.engine.sampling import ask_all, failure_of, unsure
from backend.errors import SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.task_labeler import TaskLabeler, closing


@dataclass(frozen=True, slots=True)
class TryResult:
    """`messages` is empty when the task can't be asked about; `attempts` are the model's raw answers, those of
    all samples; `remark`: why there is no confidence, where that can be helped."""

    messages: list[dict[str, str]]
    attempts: tuple[Completion, ...]
    outcome: Outcome
    remark: str | None = None


def try_task(studio: LabelStudioClient, labeler: TaskLabeler, resolved: ResolvedVersion, task_id: int) -> TryResult:
    """Asks about one task, unless the answer is stored. Raises SubsetError when the project has no such task."""
    tasks = [task for page in studio.tasks_by_id(resolved.project.id, [task_id]) for task in page]
    if not tasks:
        raise SubsetError(f"Project {resolved.project.id} has no task {task_id}: check its number.")
    request = labeler.builder(resolved).request(tasks[0])
    if isinstance(request, Failure):
        return TryResult([], (), failed(task_id, request))
    trial = asyncio.run(_ask(labeler, request, tasks[0].id, resolved.project.id))
    return replace(trial, remark=unsure(resolved.version, [trial.outcome]))


async def _ask(labeler: TaskLabeler, request: ChatRequest, task_id: int, project: int) -> TryResult:
    stored = labeler.store.completions([sample.digest for sample in request.samples])
    async with closing(labeler.make_executor(project=project, connection=request.template.connection)) as executor:
        results = await ask_all(executor, request, stored)
    judged = [result.read_by(request.template.spec) for result in results]
    outcome = outcome_of(task_id, judged, labeler.pricing, bool(request.orders))
    attempts = tuple(attempt for result in results for attempt in result.attempts)
    return TryResult(request.messages, attempts, outcome or failed(task_id, failure_of(results), request.digest))
