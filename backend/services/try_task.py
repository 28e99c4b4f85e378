"""Try some tasks with one version, or with a draft of one: what was sent, what came back, and what was read from it."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial

from backend.adapters.database.projects.project_data import ForgetStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.cascade import Cascade, joined
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.outcome import Failure, Outcome
from backend.domain.resolution.resolve import failed, outcome_of
from backend.domain.task import Task
from backend.domain.task_values import told_text
from backend.engine.request_executor import RequestExecutor
from backend.engine.sampling import ask_all, failure_of, no_confidence_sentence
from backend.errors import SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.task_labeler import TaskLabeler, closing


@dataclass(frozen=True, slots=True)
class TryResult:
    """One task that was tried.

    messages: what was sent; empty when the task can't be asked about
    attempts: the model's raw answers, of all samples
    caveat: why there is no confidence, where that can be helped
    lines: the answer for people, a line for each control
    text: the fields of the task that the prompt uses
    """

    messages: list[dict[str, str]]
    attempts: tuple[Completion, ...]
    outcome: Outcome
    caveat: str | None = None
    lines: tuple[str, ...] = ()
    text: str = ""


def try_task(studio: LabelStudioClient, labeler: TaskLabeler, resolved: ResolvedVersion, task_id: int) -> TryResult:
    """Asks about one task, unless the answer is stored. Raises SubsetError when the project has no such task."""
    tasks = [task for page in studio.tasks_by_id(resolved.project.id, [task_id]) for task in page]
    if not tasks:
        raise SubsetError(f"Project {resolved.project.id} has no task {task_id}: check its number.")
    return try_tasks(labeler, resolved, tasks)[0]


def try_tasks(
    labeler: TaskLabeler, resolved: ResolvedVersion, tasks: Sequence[Task], cap: int | None = None
) -> list[TryResult]:
    """Asks about each of these tasks, unless the answer is stored.

    cap: the most tokens of an answer, which a limit needs; None for what the version says
    """
    results = asyncio.run(_ask_about(labeler, resolved, tasks, cap))
    return [_with_caveat(resolved, task, result) for task, result in zip(tasks, results, strict=True)]


def _with_caveat(resolved: ResolvedVersion, task: Task, result: TryResult) -> TryResult:
    """With what there is to say of it."""
    answer, text = result.outcome.answer, "\n".join(told_text(task.value(name)) for name in resolved.version.variables)
    lines = () if answer is None else tuple(resolved.schema.show_each(answer))
    caveat = no_confidence_sentence(resolved.version, [result.outcome], resolved.schema) if result.messages else None
    return replace(result, caveat=caveat, lines=lines, text=text)


async def _ask_about(
    labeler: TaskLabeler, resolved: ResolvedVersion, tasks: Sequence[Task], cap: int | None
) -> list[TryResult]:
    builder, project = labeler.builder(resolved, cap=cap), resolved.project.id
    requests = [builder.request(task) for task in tasks]
    chat_requests = [request for request in requests if isinstance(request, ChatRequest)]
    digests = [sample.digest for request in chat_requests for sample in request.all_samples]
    ForgetStore(labeler.store).note(project, digests)
    async with AsyncExitStack() as stack:
        executors = [
            await stack.enter_async_context(closing(labeler.make_executor(project=project, connection=step.connection)))
            for step in resolved.version.steps
        ]
        try_request = partial(_try_steps, labeler, resolved.version.cascade, executors)
        return list(await asyncio.gather(*map(try_request, requests, (task.id for task in tasks))))


async def _try_steps(
    labeler: TaskLabeler,
    cascade: Cascade | None,
    executors: Sequence[RequestExecutor],
    request: ChatRequest | Failure,
    task_id: int,
) -> TryResult:
    """Asks the second model of a cascade too, where its rule says so."""
    first = await _try(labeler, request, executors[0], task_id)
    if cascade is None or isinstance(request, Failure) or request.then is None or not cascade.goes_on(first.outcome):
        return first
    second = await _try(labeler, request.then, executors[1], task_id)
    outcome = joined(first.outcome, second.outcome)
    return TryResult(first.messages, (*first.attempts, *second.attempts), outcome)


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
