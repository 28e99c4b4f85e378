"""Start: the prompts there are, a new one, and one prompt with its versions."""

from collections import defaultdict
from typing import Any

from flask import redirect, request, url_for

from backend.domain.keep_up import total
from backend.domain.whole_number import whole_number
from backend.errors import PromptsError
from backend.interfaces.web.api.prompts import compatible
from backend.interfaces.web.pages.first_steps import missing_steps
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page

MOST_LISTED = 100


def list_prompts(page: PageRequest) -> Any:
    search = request.args.get("search", "")
    everything = page.call.objects.prompts()
    rows = [row for row in everything if search.casefold() in row.title.casefold()]
    cards = [_card(page, row) for row in rows[:MOST_LISTED]]
    missing = missing_steps(page, (card["row"] for card in cards if card["best"] is None))
    return page.show("start.html", cards=cards, matching=len(rows), of=len(everything), search=search, missing=missing)


def _card(page: PageRequest, row: Any) -> dict[str, Any]:
    """A prompt in the list; `best`: the evaluation of its best version; `by`: who made it, or saved its first version
    where that was not noted."""
    versions = page.call.objects.versions(row.id)
    by = row.user_email or (versions[-1].number.user_email if versions else None)
    scored = [evaluation for item in versions if (evaluation := page.call.evaluation(item))]
    with_accuracy = [evaluation for evaluation in scored if evaluation.score.accuracy is not None]
    best = max(with_accuracy, key=lambda evaluation: evaluation.score.accuracy or 0.0, default=None)
    return {"row": row, "project": page.call.objects.project(row.project), "best": best, "by": by}


def new_prompt(page: PageRequest) -> Any:
    return page.show("new.html", projects=compatible(page.app), title="", chosen=None, trouble=None)


def create_prompt(page: PageRequest) -> Any:
    title, project = request.form.get("title", "").strip()[:500], request.form.get("project", "")
    try:
        row = page.call.objects.create(title, whole_number(project) or 0, "")
    except PromptsError as error:
        projects = compatible(page.app)
        return page.show("new.html", projects=projects, title=title, chosen=project, trouble=on_page(error.notice)), 400
    return redirect(url_for("pages.draft", prompt=row.id), 303)


def show_prompt(page: PageRequest, prompt: int) -> Any:
    row = page.call.objects.prompt(prompt)
    versions = [(item, page.call.evaluation(item)) for item in page.call.objects.versions(prompt)]
    runs = [run for item, _ in versions for run in page.call.objects.runs(item)]
    if not versions:
        return redirect(url_for("pages.draft", prompt=prompt), 303)
    project, costs = page.call.objects.project(row.project), defaultdict[str, dict[str, float | None]](dict)
    spent = page.app.spent_by_run([item.version.tag for item, _ in versions])
    for run in runs:
        costs[run.run.tag][run.run.id] = spent.get(run.run.id, 0.0)
    listed = [(run, page.app.watch(run.run.id)) for run in runs[:MOST_LISTED]]
    words: dict[str, Any] = {"costs": {tag: total(spent) for tag, spent in costs.items()}}
    words |= {"row": row, "project": project, "versions": versions, "in_use": page.app.in_use(project.id)}
    return page.show("prompt.html", **words, runs=listed)
