"""Trial: one task, one version, everything shown: what was sent, what came back, what it was taken for."""

import asyncio
from dataclasses import dataclass, replace

from backend.core.chat import ChatRequest, Completion
from backend.core.derive import derive, failed
from backend.core.outcomes import Failure, Outcome
from backend.errors import SubsetError
from backend.flows.labelling import closing
from backend.flows.prompts import Bound
from backend.flows.runs import Runs
from backend.flows.samples import ask_all, failure_of, unsure


@dataclass(frozen=True, slots=True)
class Trial:
    """`messages` is empty when the task can't be asked about; `attempts` are the model's raw answers, those of
    all samples; `remark`: why there is no confidence, where that can be helped."""

    messages: list[dict[str, str]]
    attempts: tuple[Completion, ...]
    outcome: Outcome
    remark: str | None = None


def try_task(runs: Runs, bound: Bound, task_id: int) -> Trial:
    """Asks about one task, unless the answer is stored. Raises SubsetError when the project has no such task."""
    tasks = [task for page in runs.studio.tasks_by_id(bound.project.id, [task_id]) for task in page]
    if not tasks:
        raise SubsetError(f"Project {bound.project.id} has no task {task_id}: check its number.")
    request = runs.labelling.recipe(bound).request(tasks[0])
    if isinstance(request, Failure):
        return Trial([], (), failed(task_id, request))
    trial = asyncio.run(_ask(runs, request, tasks[0].id, bound.project.id))
    return replace(trial, remark=unsure(bound.version, [trial.outcome]))


async def _ask(runs: Runs, request: ChatRequest, task_id: int, project: int) -> Trial:
    stored = runs.store.completions([sample.digest for sample in request.samples])
    async with closing(runs.labelling.make_asker(project=project)) as asker:
        asked = await ask_all(asker, request, stored)
    samples = [one.attempts for one in asked]
    outcome = derive(task_id, samples, request.frame.schema, runs.labelling.pricing)
    attempts = tuple(attempt for sample in samples for attempt in sample)
    return Trial(request.messages, attempts, outcome or failed(task_id, failure_of(asked), request.digest))
