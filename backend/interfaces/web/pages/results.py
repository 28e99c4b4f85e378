"""Results: what a version answered, beside the ground truths. Filters, order and page are in the address."""

from typing import Any

from flask import redirect, url_for

from backend.errors import PromptsError
from backend.interfaces.presentation.number_format import things
from backend.interfaces.presentation.truth_basis import basis_caveats
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.result_filters import KINDS, ORDER_TITLES, Filters, models_of, reasons_of, tabs_of
from backend.interfaces.web.pages.running import budget_of
from backend.services.analysis.result_views import ResultView
from backend.services.analysis.results import TaskResult
from backend.services.public_objects import PublicVersion
from backend.services.runs.options import RunOptions

PAGE = 50


def show_results(page: PageRequest, prompt: int, version: int) -> Any:
    """A page that says that they are read, and loads itself again, while that takes long."""
    of = page.version(prompt, version)
    view = page.results_soon(of, Filters.from_request().read_texts)
    if view is None:
        return page.show("reading.html", of=of, row=of.prompt)
    return _page(page, of, view, None)


def retry_results(page: PageRequest, prompt: int, version: int) -> Any:
    """Asks again about the rows that the filters leave and that have no usable answer."""
    of = page.version(prompt, version)
    view = page.results(of)
    try:
        chosen = {row.task for row in filtered(page, of, view)}
        options = RunOptions(budget=budget_of(page, of))
        started = page.app.ask_again_within_day(of.version.tag, chosen, options)
    except PromptsError as error:
        return _page(page, of, view, on_page(error.notice)), 400
    page.notify(f"Asking again about {things(started.tasks or len(chosen), 'task')}.")
    return redirect(url_for("pages.show_run", run=page.app.run_ids([started.id])[started.id].id), 303)


def filtered(page: PageRequest, of: PublicVersion, view: ResultView) -> list[TaskResult]:
    """The rows that the filters leave; with their texts only where the filters look at those."""
    filters = Filters.from_request()
    return filters.chosen(page.app.with_texts(of.version, view, view.rows) if filters.read_texts else view.rows)


def _page(page: PageRequest, of: PublicVersion, view: ResultView, trouble: str | None) -> str:
    filters, chosen = Filters.from_request(), filtered(page, of, view)
    last = max(1, -(-len(chosen) // PAGE))
    number = min(filters.page, last)
    rows = page.app.with_texts(of.version, view, chosen[(number - 1) * PAGE : number * PAGE])
    judged = view.rows
    words = {"of": of, "row": of.prompt, "filters": filters, "evaluation": view.evaluation, "kinds": KINDS}
    words |= {"labels": page.app.choices(of.version, page.project(of))}
    words |= {
        "tabs": tabs_of(judged),
        "reasons": reasons_of(judged),
        "models": models_of(judged),
        "orders": ORDER_TITLES,
    }
    words |= {"page": number, "last": last, "chosen": len(chosen), "total": len(judged), "rows": rows}
    words |= {"rests_on": [*map(on_page, basis_caveats(view.basis, of.version.project))]}
    unanswered = sum(item.answer is None for item in chosen)
    priced = page.is_priced(of.version.model, of.version.connection)
    return page.show("results.html", **words, unanswered=unanswered, priced=priced, trouble=trouble)
