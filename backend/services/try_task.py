"""Try some tasks with one version, or with a draft of one: what was sent, what came back, and what was read from it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.project_data import ForgetStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import failed, outcome_of
from backend.domain.task import Task
from backend.engine.request_executor import RequestExecutor
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
    return try_tasks(labeler, resolved, tasks)[0]


def try_tasks(labeler: TaskLabeler, resolved: ResolvedVersion, tasks: Sequence[Task]) -> list[TryResult]:
    """Asks about each of these tasks, unless the answer is stored."""
    trials = asyncio.run(_ask_about(labeler, resolved, tasks))
    return [
        replace(trial, remark=unsure(resolved.version, [trial.outcome], resolved.schema)) if trial.messages else trial
        for trial in trials
    ]


async def _ask_about(labeler: TaskLabeler, resolved: ResolvedVersion, tasks: Sequence[Task]) -> list[TryResult]:
    builder, project = labeler.builder(resolved), resolved.project.id
    requests = [builder.request(task) for task in tasks]
    digests = [sample.digest for request in requests if isinstance(request, ChatRequest) for sample in request.samples]
    ForgetStore(labeler.store).note(project, digests)
    async with closing(labeler.make_executor(project=project, connection=resolved.version.connection)) as executor:
        asked = (_try(labeler, request, executor, task.id) for request, task in zip(requests, tasks, strict=True))
        return list(await asyncio.gather(*asked))


async def _try(
    labeler: TaskLabeler, request: ChatRequest | Failure, executor: RequestExecutor, task_id: int
) -> TryResult:
    if isinstance(request, Failure):
        return TryResult([], (), failed(task_id, request))
    stored = labeler.store.completions([sample.digest for sample in request.samples])
    results = await ask_all(executor, request, stored)
    judged = [result.read_by(request.template.spec) for result in results]
    outcome = outcome_of(task_id, judged, labeler.pricing, bool(request.orders))
    attempts = tuple(attempt for result in results for attempt in result.attempts)
    return TryResult(request.messages, attempts, outcome or failed(task_id, failure_of(results), request.digest))
