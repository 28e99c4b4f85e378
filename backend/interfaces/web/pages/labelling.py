"""Labelling: ground truths from the page, row by row or as a queue, each as an annotation of that person."""

from typing import Any

from flask import redirect, request, url_for

from backend.domain.whole_number import whole_number
from backend.errors import PromptsError
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.interfaces.web.pages.result_filters import ORDERS
from backend.interfaces.web.problem import Problem
from backend.services.analysis.results import TaskResult
from backend.services.public_objects import PublicVersion

QUEUE = 20
"""Tasks."""
QUEUES = {"draw": "Label tasks drawn at random", "check": "Check the least certain answers"}


def show_queue(page: PageRequest, prompt: int, version: int) -> Any:
    """Which one is in the address: `queue`, by default the random draw. While many answers are read for the other one,
    the page says so and loads itself again."""
    of = page.version(prompt, version)
    if _queue() == "check" and page.results_soon(of) is None:
        return page.show("reading.html", of=of, row=of.prompt)
    return _page(page, of, None)


def draw(page: PageRequest, prompt: int, version: int) -> Any:
    """Draws tasks so that QUEUE of them have no ground truth."""
    of = page.version(prompt, version)
    try:
        drawn = page.app.draw(of.prompt.project, QUEUE)
        while len(drawn.open) < QUEUE and len(drawn.tasks) < drawn.of:
            drawn = page.app.draw(of.prompt.project, len(drawn.tasks) + QUEUE - len(drawn.open))
    except PromptsError as error:
        return _page(page, of, on_page(error.notice)), 400
    return redirect(url_for("pages.queue", prompt=prompt, version=version), 303)


def mark(page: PageRequest, prompt: int, version: int) -> Any:
    """A label, or the version's answer, becomes the ground truth of a task."""
    of, task = page.version(prompt, version), whole_number(request.form.get("task", ""))
    if task is None:
        raise Problem(400, "The form does not name a task: load the page again.")
    label = None if request.form.get("answer") else request.form.get("label", "")
    page.app.mark_truth(of.version.tag, task, label)
    page.notify(f"Your ground truth for task {task} is saved{'' if label is None else f': {label}'}.")
    return redirect(_back(of, task), 303)


def _back(of: PublicVersion, task: int) -> str:
    """The page that the row was on: a queue, the audit, or the results with these filters."""
    back, prompt, version = request.form.get("back", ""), of.prompt.id, of.number.id
    if back == "audit":
        return url_for("pages.audit", prompt=prompt)
    if back in QUEUES:
        return url_for("pages.queue", prompt=prompt, version=version, queue=back)
    filters = back if back.startswith("?") and back.isprintable() else ""
    return f"{url_for('pages.results', prompt=prompt, version=version)}{filters}#task-{task}"


def _page(page: PageRequest, of: PublicVersion, trouble: str | None) -> str:
    queue = _queue()
    rows = _least_certain(page, of) if queue == "check" else _drawn(page, of)
    words = {"of": of, "row": of.prompt, "queue": queue, "title": QUEUES[queue], "rows": rows}
    labels = page.app.choices(of.version, page.project(of))
    return page.show("label.html", **words, labels=labels, size=QUEUE, trouble=trouble)


def _queue() -> str:
    queue = request.values.get("queue", "draw")
    return queue if queue in QUEUES else "draw"


def _drawn(page: PageRequest, of: PublicVersion) -> list[TaskResult]:
    return page.app.results_of(of.version.tag, page.app.drawn_open(of.prompt.project)[:QUEUE])


def _least_certain(page: PageRequest, of: PublicVersion) -> list[TaskResult]:
    """Usable answers without a ground truth."""
    view = page.results(of)
    rows = [row for row in view.rows if row.truth is None and row.answer is not None]
    return page.app.with_texts(of.version, view, sorted(rows, key=ORDERS["confidence"])[:QUEUE])
