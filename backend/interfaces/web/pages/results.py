"""Results: what a version answered, beside the ground truths. Filters, order and page are in the address."""

from typing import Any

from flask import redirect, url_for

from backend.errors import PromptsError
from backend.interfaces.presentation.number_format import things
from backend.interfaces.presentation.truth_basis import basis_remarks
from backend.interfaces.web.pages.result_filters import KINDS, ORDER_TITLES, Filters, models_of, reasons_of, tabs_of
from backend.interfaces.web.pages.running import budget_of
from backend.interfaces.web.pages.visit import Visit
from backend.services.analysis.result_views import ResultView
from backend.services.analysis.results import TaskResult
from backend.services.public_objects import PublicVersion
from backend.services.runs.options import RunOptions

PAGE = 50


def show_results(visit: Visit, prompt: int, version: int) -> Any:
    """A page that says that they are read, and loads itself again, while that takes long."""
    of = visit.version(prompt, version)
    view = visit.results_soon(of, Filters.asked().read_texts)
    if view is None:
        return visit.show("reading.html", of=of, row=of.prompt)
    return _page(visit, of, view, None)


def retry_results(visit: Visit, prompt: int, version: int) -> Any:
    """Asks again about the rows that the filters leave and that have no usable answer."""
    of = visit.version(prompt, version)
    view = visit.results(of)
    try:
        chosen = {row.task for row in filtered(visit, of, view)}
        options = RunOptions(budget=budget_of(visit, of))
        started = visit.app.ask_again_within_day(of.version.tag, chosen, options)
    except PromptsError as error:
        return _page(visit, of, view, str(error)), 400
    visit.notify(f"Asking again about {things(started.tasks or len(chosen), 'task')}.")
    return redirect(url_for("pages.show_run", run=visit.app.run_ids([started.id])[started.id].id), 303)


def filtered(visit: Visit, of: PublicVersion, view: ResultView) -> list[TaskResult]:
    """The rows that the filters leave; with their texts only where the filters look at those."""
    filters = Filters.asked()
    return filters.chosen(visit.app.with_texts(of.version, view, view.rows) if filters.read_texts else view.rows)


def _page(visit: Visit, of: PublicVersion, view: ResultView, trouble: str | None) -> str:
    filters, chosen = Filters.asked(), filtered(visit, of, view)
    last = max(1, -(-len(chosen) // PAGE))
    page = min(filters.page, last)
    rows = visit.app.with_texts(of.version, view, chosen[(page - 1) * PAGE : page * PAGE])
    known = view.rows
    words = {"of": of, "row": of.prompt, "filters": filters, "evaluation": view.evaluation, "kinds": KINDS}
    words |= {"labels": visit.app.choices(of.version, visit.project(of))}
    words |= {"tabs": tabs_of(known), "reasons": reasons_of(known), "models": models_of(known), "orders": ORDER_TITLES}
    words |= {"page": page, "last": last, "chosen": len(chosen), "total": len(known), "rows": rows}
    words |= {"rests_on": list(basis_remarks(view.basis, of.version.project))}
    unanswered = sum(item.answer is None for item in chosen)
    priced = visit.is_priced(of.version.model, of.version.connection)
    return visit.show("results.html", **words, unanswered=unanswered, priced=priced, trouble=trouble)
