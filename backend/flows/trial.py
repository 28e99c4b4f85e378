"""Trial: one task, one version, everything shown: what was sent, what came back, what it was taken for."""

import asyncio
from dataclasses import dataclass

from backend.core.chat import ChatRequest, Completion
from backend.core.derive import derive, failed
from backend.core.outcomes import Failure, Outcome
from backend.errors import SubsetError
from backend.flows.labelling import closing
from backend.flows.prompts import Bound
from backend.flows.runs import Runs


@dataclass(frozen=True, slots=True)
class Trial:
    """`messages` is empty when the task can't be asked about; `attempts` are the model's raw answers."""

    messages: list[dict[str, str]]
    attempts: tuple[Completion, ...]
    outcome: Outcome


def try_task(runs: Runs, bound: Bound, task_id: int) -> Trial:
    """Asks about one task, unless the answer is stored. Raises SubsetError when the project has no such task."""
    tasks = [task for page in runs.studio.tasks_by_id(bound.project.id, [task_id]) for task in page]
    if not tasks:
        raise SubsetError(f"Project {bound.project.id} has no task {task_id}: check its number.")
    request = runs.labelling.recipe(bound).request(tasks[0])
    if isinstance(request, Failure):
        return Trial([], (), failed(task_id, request))
    return asyncio.run(_ask(runs, request, task_id))


async def _ask(runs: Runs, request: ChatRequest, task_id: int) -> Trial:
    stored = runs.store.completions([request.digest]).get(request.digest, [])
    async with closing(runs.labelling.make_asker()) as asker:
        asked = await asker.ask(request, stored)
    outcome = derive(task_id, asked.attempts, request.frame.schema, runs.labelling.pricing)
    failure = asked.failure or Failure("crashed", "The request was given up.")
    return Trial(request.messages, asked.attempts, outcome or failed(task_id, failure, request.digest))
