"""Running: which tasks a version is to be asked about, at what cost, and how far a run is."""

from dataclasses import dataclass
from typing import Any, Self

from flask import redirect, request, url_for

from backend.domain.dataset.subset import SAMPLE_SEED, SAMPLE_SIZE, Subset
from backend.domain.runs.cost_estimate import Estimate
from backend.domain.runs.run import FINAL
from backend.errors import PromptsError, RunError, SubsetError
from backend.interfaces.web.pages.visit import Visit
from backend.interfaces.web.problem import Problem
from backend.services.public_objects import PublicVersion
from backend.services.runs.options import RunOptions

MOST_SAMPLE = 1_000_000
SPARE = 1.5
"""The budget that is suggested, in expected costs."""
LEAST_BUDGET = 0.01


@dataclass(frozen=True, slots=True)
class SubsetChoice:
    """A subset to choose. `reason`: why there is nothing in it."""

    name: str
    title: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asks for. `on`: the name of a SubsetChoice."""

    on: str
    size: int

    @classmethod
    def asked(cls) -> Self:
        size = request.values.get("size", "")
        number = int(size) if size.isdecimal() and len(size) < 7 else SAMPLE_SIZE
        return cls(request.values.get("on", "ground-truth"), max(1, number))

    @property
    def subset(self) -> Subset:
        """Raises SubsetError for a name that is not a choice."""
        if self.on not in ("ground-truth", "sample", "all", "missing"):
            raise SubsetError("Choose on which tasks the prompt is to run.")
        return Subset(self.on, size=self.size, seed=SAMPLE_SEED if self.on == "sample" else None)


def run_form(visit: Visit, prompt: int, version: int) -> Any:
    return _form(visit, visit.call.objects.version(prompt, version), None)


def start_run(visit: Visit, prompt: int, version: int) -> Any:
    """Starts a run; of two clicks, the second one meets the run that the first one started."""
    of = visit.call.objects.version(prompt, version)
    if (running := _under_way(visit, of)) is not None:
        return _to(running)
    try:
        wish = Wish.asked()
        push = wish.on != "ground-truth" or visit.app.container.settings.evaluate_pushes
        started = visit.app.run_within_day(
            of.version.tag, wish.subset, RunOptions(push=push, budget=_budget(visit, of))
        )
    except PromptsError as error:
        if isinstance(error, RunError) and (running := _under_way(visit, of)) is not None:
            return _to(running)
        return _form(visit, of, str(error)), 400
    return _to(visit.app.run_ids([started.id])[started.id].id)


def show_run(visit: Visit, run: int) -> Any:
    return visit.show("run.html", **_progress(visit, run))


def progress(visit: Visit, run: int) -> Any:
    """The part of the page that changes."""
    return visit.show("progress.html", **_progress(visit, run))


def cancel_run(visit: Visit, run: int) -> Any:
    visit.app.cancel(visit.call.objects.run(run).run.id)
    return _to(run)


def _form(visit: Visit, of: PublicVersion, trouble: str | None) -> str:
    wish, choices = Wish.asked(), _choices(visit, of)
    estimate: Estimate | None = None
    if next((choice.count for choice in choices if choice.name == wish.on), 0):
        try:
            estimate = visit.app.estimate(of.version.tag, wish.subset)
        except PromptsError as error:
            trouble = trouble or str(error)
    cost = estimate.cost_usd if estimate else None
    budget = None if cost is None else max(LEAST_BUDGET, round(SPARE * cost[1], 2))
    words = {"of": of, "row": of.prompt, "choices": choices, "wish": wish, "estimate": estimate, "budget": budget}
    return visit.show("run_form.html", **words, trouble=trouble, running=_under_way(visit, of))


def _choices(visit: Visit, of: PublicVersion) -> list[SubsetChoice]:
    project = visit.call.objects.project(of.prompt.project)
    truths = visit.app.container.studio.ground_truths(project.id)
    missing = visit.app.container.studio.count_by_version(project.id, "not_contains", [of.version.tag])
    no_tasks = "The project has no tasks."
    starred = "No annotation is marked as ground truth: mark some with the star in Label Studio."
    done = "Every task has a prediction of this version."
    return [
        SubsetChoice("ground-truth", "Ground truths: the run ends with a score", truths, starred),
        SubsetChoice("sample", "A random sample of the tasks", project.tasks, no_tasks),
        SubsetChoice("missing", "Tasks without a prediction of this version", missing, done),
        SubsetChoice("all", "All tasks", project.tasks, no_tasks),
    ]


def _budget(visit: Visit, of: PublicVersion) -> float | None:
    """In USD; None where none can be kept, because no price is known. Raises Problem 400."""
    sent = request.form.get("budget")
    if sent is None and visit.app.container.pricing(of.version.model, of.version.connection)(1, 0, 1) is None:
        return None
    try:
        budget = float(sent or "")
    except ValueError:
        budget = -1.0
    if not 0 <= budget < 1e9:
        raise Problem(400, "The budget is not an amount in USD: write it like 2.50.")
    return budget


def _under_way(visit: Visit, of: PublicVersion) -> int | None:
    statuses = ((item.number.id, visit.app.watch(item.run.id)) for item in visit.call.objects.runs(of))
    return next((number for number, status in statuses if status.run.status not in FINAL), None)


def _progress(visit: Visit, run: int) -> dict[str, Any]:
    of = visit.call.objects.run(run)
    status = visit.app.watch(of.run.id)
    ended = status.run.status in FINAL
    evaluation = visit.call.evaluation_of_run(of) if ended else None
    counts, seconds = status.tally, status.run.seconds
    rate = counts.done / seconds if seconds > 0 and counts.done else None
    left_s = counts.left / rate if rate and not ended else None
    words = {"of": of, "status": status, "ended": ended, "evaluation": evaluation, "rate": rate, "left_s": left_s}
    return {**words, "row": of.of.prompt}


def _to(run: int) -> Any:
    return redirect(url_for("pages.show_run", run=run), 303)
