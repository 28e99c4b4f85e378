"""Start: the prompts there are, a new one, and one prompt with its versions."""

from collections import defaultdict
from typing import Any

from flask import redirect, request, url_for

from backend.domain.keep_up import total
from backend.errors import PromptsError
from backend.interfaces.web.api.prompts import compatible
from backend.interfaces.web.pages.first_steps import missing_steps
from backend.interfaces.web.pages.visit import Visit

MOST_LISTED = 100


def list_prompts(visit: Visit) -> Any:
    search = request.args.get("search", "")
    everything = visit.call.objects.prompts()
    rows = [row for row in everything if search.casefold() in row.title.casefold()]
    cards = [_card(visit, row) for row in rows[:MOST_LISTED]]
    missing = missing_steps(visit, (card["row"] for card in cards if card["best"] is None))
    return visit.show("start.html", cards=cards, shown=len(rows), of=len(everything), search=search, missing=missing)


def _card(visit: Visit, row: Any) -> dict[str, Any]:
    """A prompt in the list; `best`: the evaluation of its best version; `by`: who made it, or saved its first version
    where that was not noted."""
    versions = visit.call.objects.versions(row.id)
    by = row.user_email or (versions[-1].number.user_email if versions else None)
    scored = [evaluation for item in versions if (evaluation := visit.call.evaluation(item))]
    known = [evaluation for evaluation in scored if evaluation.score.accuracy is not None]
    best = max(known, key=lambda evaluation: evaluation.score.accuracy or 0.0, default=None)
    return {"row": row, "project": visit.call.objects.project(row.project), "best": best, "by": by}


def new_prompt(visit: Visit) -> Any:
    return visit.show("new.html", projects=compatible(visit.app), title="", chosen=None, trouble=None)


def create_prompt(visit: Visit) -> Any:
    title, project = request.form.get("title", "").strip()[:500], request.form.get("project", "")
    try:
        row = visit.call.objects.create(title, int(project) if project.isdecimal() else 0, "")
    except PromptsError as error:
        projects = compatible(visit.app)
        return visit.show("new.html", projects=projects, title=title, chosen=project, trouble=str(error)), 400
    return redirect(url_for("pages.draft", prompt=row.id), 303)


def show_prompt(visit: Visit, prompt: int) -> Any:
    row = visit.call.objects.prompt(prompt)
    versions = [(item, visit.call.evaluation(item)) for item in visit.call.objects.versions(prompt)]
    runs = [(run, visit.app.watch(run.run.id)) for item, _ in versions for run in visit.call.objects.runs(item)]
    if not versions:
        return redirect(url_for("pages.draft", prompt=prompt), 303)
    project, costs = visit.call.objects.project(row.project), defaultdict[str, dict[str, float | None]](dict)
    for run, status in runs:
        costs[run.run.tag][run.run.id] = status.counts.spent_usd
    words: dict[str, Any] = {"costs": {tag: total(spent) for tag, spent in costs.items()}}
    words |= {"row": row, "project": project, "versions": versions, "in_use": visit.app.in_use(project.id)}
    return visit.show("prompt.html", **words, runs=runs[:MOST_LISTED])
