"""Running: which tasks a version is to be asked about, and at what cost; stopping, resuming and asking again."""

from typing import Any

from flask import redirect, request, url_for

from backend.domain.runs.run import FINAL
from backend.errors import PromptsError, RunError
from backend.interfaces.web.pages.following import run_page
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.subset_form import WAYS, SubsetForm, choices_of
from backend.interfaces.web.problem import Problem
from backend.services.analysis.recent_outlooks import Outlook
from backend.services.public_objects import PublicVersion
from backend.services.runs.options import RunOptions

SPARE = 1.5
"""The budget that is suggested, in expected costs."""
LEAST_BUDGET = 0.01


def run_form(page: PageRequest, prompt: int, version: int) -> Any:
    return _form(page, page.version(prompt, version), None)


def start_run(page: PageRequest, prompt: int, version: int) -> Any:
    """Starts a run; of two clicks, the second one meets the run that the first one started."""
    of = page.version(prompt, version)
    if (running := _under_way(page, of)) is not None:
        return _to(running)
    try:
        form = SubsetForm.from_request()
        push = form.on != "ground-truth" or page.app.settings.evaluate_pushes
        started = page.app.run_within_day(
            of.version.tag, form.subset, RunOptions(push=push, budget=budget_of(page, of))
        )
    except PromptsError as error:
        if isinstance(error, RunError) and (running := _under_way(page, of)) is not None:
            return _to(running)
        return _form(page, of, on_page(error.notice)), 400
    return _to(page.app.run_ids([started.id])[started.id].id)


def cancel_run(page: PageRequest, run: int) -> Any:
    page.app.cancel(page.call.objects.run(run).run.id)
    return _to(run)


def resume_run(page: PageRequest, run: int) -> Any:
    """Goes on with a run that ended early, with a larger budget where it stopped at its budget."""
    of, sent = page.call.objects.run(run), request.form.get("budget") or None
    try:
        page.app.resume_within_limits(of.run.id, None if sent is None else amount(sent))
    except PromptsError as error:
        return run_page(page, run, on_page(error.notice)), 400
    return _to(run)


def retry_run(page: PageRequest, run: int) -> Any:
    """Another run, on the tasks that got no answer in this one; `rejected`: on those with an unusable one too."""
    of = page.call.objects.run(run)
    try:
        again = page.app.retry_within_day(of.run.id, bool(request.form.get("rejected")))
    except PromptsError as error:
        return run_page(page, run, on_page(error.notice)), 400
    return _to(page.app.run_ids([again.id])[again.id].id)


def _form(page: PageRequest, of: PublicVersion, trouble: str | None) -> str:
    """With its cost where that is known; until then that part of the page loads itself again."""
    form, project = SubsetForm.from_request(), page.project(of)
    choices = choices_of(page, of, project)
    possible, outlook, failed = choices.has(form.on), None, None
    if possible:
        try:
            outlook = page.app.outlook_soon(of.version.tag, project, form.subset, choices.read_for(form.on, project))
        except PromptsError as error:
            possible, failed = False, on_page(error.notice)
    words = {"of": of, "row": of.prompt, "choices": choices, "form": form, "ways": WAYS, "sdk": form.sdk(of)}
    words |= {"possible": possible, "failed": failed, "outlook": outlook, "budget": _budget(outlook)}
    words |= {"priced": page.is_priced(of.version.model, of.version.connection)}
    words |= {"left": page.app.left_this_month()}
    return page.show("run_form.html", **words, trouble=trouble, running=_under_way(page, of))


def _budget(outlook: Outlook | None) -> float | None:
    """In USD: what the person has typed, else what is suggested; None where the cost is not known."""
    try:
        return amount(request.values.get("budget", ""))
    except Problem:
        cost = outlook.estimate.cost_usd if outlook else None
        return None if cost is None else max(LEAST_BUDGET, round(SPARE * cost[1], 2))


def budget_of(page: PageRequest, of: PublicVersion) -> float | None:
    """In USD; None where none can be kept, because no price is known. Raises Problem 400."""
    sent = request.form.get("budget")
    if sent is None and not page.is_priced(of.version.model, of.version.connection):
        return None
    return amount(sent or "")


def amount(text: str) -> float:
    """In USD. Raises Problem 400."""
    try:
        budget = float(text)
    except ValueError:
        budget = -1.0
    if not 0 <= budget < 1e9:
        raise Problem(400, "The budget is not an amount in USD: write it like 2.50.")
    return budget


def _under_way(page: PageRequest, of: PublicVersion) -> int | None:
    statuses = ((item.number.id, page.app.watch(item.run.id)) for item in page.call.objects.open_runs(of))
    return next((number for number, status in statuses if status.run.status not in FINAL), None)


def _to(run: int) -> Any:
    return redirect(url_for("pages.show_run", run=run), 303)
