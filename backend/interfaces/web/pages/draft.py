"""Draft: a prompt's text is written, tried on some tasks, and saved as a new version."""

from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for

from backend.adapters.database.public_ids import PromptRow
from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file, write_prompt_file
from backend.errors import PromptsError
from backend.interfaces.presentation.json.runs import try_json
from backend.interfaces.web.pages.visit import Visit
from backend.services.prompts.draft import Draft

TRIED = 5
"""Tasks that a draft is tried on."""


def show_draft(visit: Visit, prompt: int) -> Any:
    row = visit.call.objects.prompt(prompt)
    return _form(visit, row, _beginning(visit, row, request.args.get("from", "")), None)


def save_draft(visit: Visit, prompt: int) -> Any:
    row = visit.call.objects.prompt(prompt)
    newest = _newest(visit, row)
    try:
        saved = visit.app.save(_draft(visit, row))
    except PromptsError as error:
        return _form(visit, row, _file(visit, row), str(error)), 400
    meanwhile = 1 if saved.new and newest != request.form.get("newest", newest) else None
    return redirect(
        url_for(
            "pages.show_prompt",
            prompt=prompt,
            saved=saved.version.tag,
            old=None if saved.new else 1,
            meanwhile=meanwhile,
        ),
        303,
    )


def try_draft(visit: Visit, prompt: int) -> Any:
    """Answers of the model to some tasks; nothing is saved as a version or pushed."""
    row = visit.call.objects.prompt(prompt)
    trials: list[dict[str, Any]] = []
    trouble = None
    try:
        trials = [try_json(trial) for trial in visit.app.try_draft(_draft(visit, row), TRIED)]
    except PromptsError as error:
        trouble = str(error)
    if request.headers.get("HX-Request"):
        return visit.show("tried.html", trials=trials, trouble=trouble)
    return _form(visit, row, _file(visit, row), trouble, trials)


def _form(
    visit: Visit, row: PromptRow, file: PromptFile, trouble: str | None, trials: list[dict[str, Any]] | None = None
) -> str:
    schema = visit.call.schema(row.project)
    columns = visit.app.container.studio.columns(row.project)
    names = tuple(dict.fromkeys((*(schema.variables if schema else ()), *columns)))
    words = {"row": row, "file": file, "trouble": trouble, "trials": trials, "newest": _newest(visit, row)}
    return visit.show("draft.html", **words, names=names, schema=schema, source=request.values.get("from", ""))


def _beginning(visit: Visit, row: PromptRow, source: str) -> PromptFile:
    """What a draft begins with: a version that was asked for, the newest, or what the labelling config suggests."""
    versions = visit.call.objects.versions(row.id)
    chosen = next((item for item in versions if str(item.number.id) == source), versions[0] if versions else None)
    if chosen is not None:
        return read_prompt_file(write_prompt_file(chosen.version))
    return visit.app.draft(row.name, row.project).file


def _file(visit: Visit, row: PromptRow) -> PromptFile:
    """What was typed, with what the form does not show as it was in the version that the draft began with."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    beginning = _beginning(visit, row, request.form.get("from", ""))
    model, note = (request.form.get(name, "").strip()[:200] for name in ("model", "note"))
    return replace(beginning, template=text, model=model or None, note=note)


def _draft(visit: Visit, row: PromptRow) -> Draft:
    return Draft(row.name, row.project, _file(visit, row))


def _newest(visit: Visit, row: PromptRow) -> str:
    versions = visit.call.objects.versions(row.id)
    return versions[0].version.tag if versions else ""
