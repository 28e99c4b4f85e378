"""Runs of a version: their list is also how their progress is read."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.domain.dataset.subset import SAMPLE_SEED, SAMPLE_SIZE, Subset
from backend.domain.runs.run import OPEN
from backend.errors import RunError
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.answers import ModelRun
from backend.interfaces.web.api.bodies import RunBody, RunsQuery, body, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.paging import ordered
from backend.interfaces.web.problem import Problem
from backend.services.public_objects import PublicRun, PublicVersion
from backend.services.runs.options import RunOptions

OPEN_HERE = tuple(shapes.STATUS[status] for status in OPEN)
"""As the API calls them."""
ORDERS: dict[str, Callable[[ModelRun], Any]] = {
    "id": lambda row: row["id"],
    "created_at": lambda row: row["created_at"],
    "status": lambda row: row["status"],
}


def list_runs(call: ApiCall, prompt: int, version: int) -> Any:
    parameters, of = query(RunsQuery), call.objects.version(prompt, version)
    rows = [shape(call, item) for item in call.objects.runs(of)]
    filters = {"project": parameters.project, "project_subset": parameters.project_subset}
    filters["parent_model"] = parameters.parent_model
    matching = [row for row in rows if all(value in (None, dict(row)[name]) for name, value in filters.items())]
    return ordered(matching, parameters.ordering, ORDERS)


def create_run(call: ApiCall, prompt: int, version: int) -> Any:
    """The run that is under way, where there is one: the SDK repeats a request whose answer was lost."""
    sent, of = body(RunBody), call.objects.version(prompt, version)
    if sent.project != of.prompt.project:
        raise Problem(400, f"{of.version.tag} is for project {of.prompt.project}: send project={of.prompt.project}.")
    if (running := _under_way(call, of)) is not None:
        return running
    subset = _subset(call, sent)
    push = call.app.settings.evaluate_pushes or sent.project_subset != "HasGT"
    try:
        started = call.app.run_within_day(of.version.tag, subset, RunOptions(push=push, budget=sent.budget_usd))
    except RunError:
        if (running := _under_way(call, of)) is not None:
            return running
        raise
    created = next(item for item in call.objects.runs(of) if item.run.id == started.id)
    return shape(call, created), 201


def cancel_run(call: ApiCall, prompt: int, version: int, run: int) -> Any:
    of = call.objects.version(prompt, version)
    match = next((item for item in call.objects.runs(of) if item.number.id == run), None)
    if match is None:
        raise Problem(404, f"{of.version.tag} has no run {run}: see the list of its runs.")
    stopped = call.app.cancel(match.run.id)
    return {"detail": "The run is canceled." if stopped else "The run had ended already."}


def shape(call: ApiCall, of: PublicRun) -> ModelRun:
    """A ModelRun; with its score once it has ended."""
    status = call.app.watch(of.run.id)
    scored = status.run.status == "completed"
    return shapes.run(of, status, call.person, call.evaluation_of_run(of) if scored else None)


def subset_of(name: str, size: int | None = None) -> Subset:
    """The tasks that the API's name for a subset means. size: of a sample."""
    if name == "HasGT":
        return Subset("ground-truth")
    return Subset("sample", size=size or SAMPLE_SIZE, seed=SAMPLE_SEED) if name == "Sample" else Subset("all")


def _filtered(call: ApiCall, project: int, filters: Mapping[str, Any]) -> list[int]:
    """The tasks that the Data Manager's filters leave. Raises Problem 400 for none."""
    ids = call.app.filtered_tasks(project, filters)
    if not ids:
        raise Problem(400, "No task meets 'filters_json': check its values.")
    return ids


def _under_way(call: ApiCall, of: PublicVersion) -> ModelRun | None:
    shaped = (shape(call, item) for item in call.objects.open_runs(of))
    return next((row for row in shaped if row["status"] in OPEN_HERE), None)


def _subset(call: ApiCall, sent: RunBody) -> Subset:
    if sent.filters_json:
        return Subset("ids", ids=tuple(_filtered(call, sent.project, sent.filters_json)))
    if sent.project_subset == "Custom" and sent.task_ids is None:
        raise Problem(400, "A custom run needs its tasks: send task_ids=[3, 7], or filters_json.")
    if sent.task_ids is not None:
        if not sent.task_ids:
            raise Problem(400, "'task_ids' holds no task: send some, or leave it out for all tasks of the subset.")
        return Subset("ids", ids=tuple(sent.task_ids))
    if sent.only_missing_predictions and sent.project_subset == "All":
        return Subset("missing")
    return subset_of(sent.project_subset, sent.sample_subset_size)
