"""Following: how far a run is, and what it answered last. While it is under way, the page asks again and again for the
parts that change, which are the same for all who follow it."""

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from backend.domain.runs.run import FINAL
from backend.errors import PromptsError
from backend.interfaces.web.pages.page_request import PageRequest
from backend.services.analysis.recent_results import RecentResult
from backend.services.public_objects import PublicRun
from backend.services.run_control.status import RunStatus


def show_run(page: PageRequest, run: int) -> Any:
    return run_page(page, run)


def show_progress(page: PageRequest, run: int) -> Any:
    """The part of the page that says how far it is, which asks for itself again until the run has ended."""
    of = _followed(page, run)
    return _progress(page, of, page.followed.statuses.of(of.run.id, page.app.watch), polled=True)


def show_rows(page: PageRequest, run: int) -> Any:
    """The same of what was answered last."""
    of = _followed(page, run)
    return _rows(page, of, page.followed.statuses.of(of.run.id, page.app.watch))


def run_page(page: PageRequest, run: int, trouble: str | None = None) -> str:
    """The whole page. `trouble`: why something was not done."""
    of = page.call.objects.run(run)
    status = page.app.watch(of.run.id)
    ended = status.run.status in FINAL
    parts = {"progress": _progress(page, of, status), "rows": "" if ended else _rows(page, of, status)}
    return page.show("run.html", of=of, row=of.of.prompt, ended=ended, trouble=trouble, **parts)


def _followed(page: PageRequest, run: int) -> PublicRun:
    return page.followed.run(page.app.person.id, run, page.call.objects.run)


def _progress(page: PageRequest, of: PublicRun, status: RunStatus, polled: bool = False) -> Markup:
    """`polled`: a page that is open asks, where a run that has ended can't be stopped any more."""
    if status.run.status in FINAL:
        html = page.show("progress.html", **_words(page, of, status))
        return _part("progress", html, over=polled)
    shared, path = page.followed, url_for("pages.progress", run=of.number.id)
    html = shared.rendered(path, status, lambda: page.show("progress.html", **_words(page, of, status)))
    return _part("progress", html, path, shared.progress_polls.next_ms())


def _rows(page: PageRequest, of: PublicRun, status: RunStatus) -> Markup:
    """Once the run has ended, the rows as they are now, because nobody asks again."""
    if status.run.status in FINAL:
        return _part("recent", page.show("rows.html", rows=_answered(lambda: page.app.recent_results(of.run))))
    shared, path = page.followed, url_for("pages.recent_rows", run=of.number.id)
    rows = _answered(lambda: shared.rows.of(of.run.id, lambda: page.app.recent_results(of.run)))
    html = shared.rendered(path, rows, lambda: page.show("rows.html", rows=rows))
    return _part("recent", html, path, shared.row_polls.next_ms())


def _answered(read: Callable[[], list[RecentResult]]) -> list[RecentResult]:
    """None of them while Label Studio does not say what the tasks are: the run goes on."""
    try:
        return read()
    except PromptsError:
        return []


def _words(page: PageRequest, of: PublicRun, status: RunStatus) -> dict[str, Any]:
    ended = status.run.status in FINAL
    evaluation = page.call.evaluation_of_run(of) if ended else None
    counts, seconds = status.counts, status.run.seconds
    rate = counts.done / seconds if seconds > 0 and counts.done else None
    left_s = counts.left / rate if rate and not ended else None
    words = {"of": of, "status": status, "ended": ended, "evaluation": evaluation, "rate": rate, "left_s": left_s}
    return {**words, "row": of.of.prompt}


def _part(name: str, html: str, path: str = "", wait: int | None = None, over: bool = False) -> Markup:
    """A part of the page around what was rendered before. `wait`: milliseconds until it asks for itself at `path`;
    `over`: takes away the button that stops the run."""
    inside = Markup(html)  # noqa: S704 (made by a template, which escaped what it shows)
    title = {"progress": "state", "recent": "recent-title"}[name]
    words = {"name": name, "title": title, "html": inside, "path": path, "wait": wait, "over": over}
    return Markup(render_template("prompts/polled.html", **words))  # noqa: S704 (the same)
