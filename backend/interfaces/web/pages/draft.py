"""Draft: a prompt's text is written, checked while it is typed, tried on some tasks, and saved as a new version."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for

from backend.domain.connections.connection import DEFAULT
from backend.domain.prompts.confidence_option import check_confidence, samples_of
from backend.domain.prompts.examples import WAYS
from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file, write_prompt_file
from backend.domain.prompts.prompt_row import PromptRow
from backend.errors import PromptsError
from backend.interfaces.presentation.json.runs import try_json
from backend.interfaces.web.pages.differing import changed_lines
from backend.interfaces.web.pages.draft_form import EXAMPLES, few_shot_request, filled, label_fields
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.services.prompts.draft import Draft
from backend.services.public_objects import PublicVersion

SAMPLES = 5
"""Answers to a task that a form without a number shows."""

NOTHING: Mapping[str, Any] = {}
TRIED = 5
"""Tasks that a draft is tried on."""
UNCHANGED = "Nothing changed: this is {} already."
MEANWHILE = "Somebody saved another version while you wrote; both are kept."


def show_draft(page: PageRequest, prompt: int) -> Any:
    row = page.call.objects.prompt(prompt)
    return _form(page, row, _beginning(page, row), None)


def save_draft(page: PageRequest, prompt: int) -> Any:
    row = page.call.objects.prompt(prompt)
    newest = _newest(page, row)
    try:
        saved = page.app.save(_draft(page, row))
    except PromptsError as error:
        return _form(page, row, _file(page, row), on_page(error.notice)), 400
    tag = saved.version.tag
    page.notify(f"Saved as {tag}." if saved.new else UNCHANGED.format(tag))
    if saved.new and newest != request.form.get("newest", newest):
        page.notify(MEANWHILE)
    for caveat in saved.caveats:
        page.notify(caveat)
    return redirect(url_for("pages.show_prompt", prompt=prompt), 303)


def save_as(page: PageRequest, prompt: int) -> Any:
    """The draft as the first version of another prompt for the same project."""
    row = page.call.objects.prompt(prompt)
    try:
        other = page.call.objects.create(request.form.get("title", "").strip()[:500], row.project, "")
        saved = page.app.save(Draft(other.name, row.project, _file(page, row), examples=few_shot_request()))
    except PromptsError as error:
        return _form(page, row, _file(page, row), on_page(error.notice)), 400
    page.notify(f"Saved as {saved.version.tag}.")
    return redirect(url_for("pages.show_prompt", prompt=other.id), 303)


def try_draft(page: PageRequest, prompt: int) -> Any:
    """Answers of the model to some tasks; nothing is saved as a version or pushed."""
    row = page.call.objects.prompt(prompt)
    trials: list[dict[str, Any]] = []
    trouble = None
    try:
        trials = [
            try_json(result) | {"lines": result.lines, "text": result.text}
            for result in page.app.try_draft(_draft(page, row), TRIED)
        ]
    except PromptsError as error:
        trouble = on_page(error.notice)
    if request.headers.get("HX-Request"):
        return page.show("tried.html", trials=trials, trouble=trouble)
    return _form(page, row, _file(page, row), trouble, trials, {} if trouble else _checked(page, row))


def check_draft(page: PageRequest, prompt: int) -> Any:
    """What would be said if the draft were saved now: unknown variables with the nearest name, caveats, and what
    differs from the newest version."""
    row = page.call.objects.prompt(prompt)
    return page.show("checked.html", **_checked(page, row))


def _checked(page: PageRequest, row: PromptRow) -> dict[str, Any]:
    try:
        checked = page.app.check_draft(_draft(page, row))
    except PromptsError as error:
        return {"caveats": (), "trouble": on_page(error.notice), "newest": "", "changes": []}
    newest = next(iter(page.call.objects.versions(row.id)), None)
    changes = changed_lines(newest.version, checked.version) if newest else []
    return {"caveats": checked.caveats, "trouble": None, "newest": _newest(page, row), "changes": changes}


def _form(
    page: PageRequest,
    row: PromptRow,
    file: PromptFile,
    trouble: str | None,
    trials: list[dict[str, Any]] | None = None,
    checked: Mapping[str, Any] = NOTHING,
) -> str:
    schema = page.call.schema(row.project)
    columns = page.app.columns(row.project)
    names = tuple(dict.fromkeys((*(schema.variables if schema else ()), *columns)))
    words = {"row": row, "file": file, "trouble": trouble, "trials": trials, "newest": _newest(page, row)}
    words |= {"connections": page.connections, "models": _models(page, row)}
    words |= {"checked": checked}
    words |= {"labels": label_fields(file, schema), "ways": WAYS, "examples": EXAMPLES, "default": DEFAULT}
    words |= {"default_model": page.app.settings.openai_model}
    source = request.values.get("from", "")
    return page.show("draft.html", **words, names=names, schema=schema, source=source, samples=_samples(file))


def _samples(file: PromptFile) -> int:
    """The number of samples that the form shows; the usual one where the draft has none, or none that is possible."""
    try:
        return samples_of(check_confidence(file.confidence)) if file.confidence.startswith("samples:") else SAMPLES
    except PromptsError:
        return SAMPLES


def _models(page: PageRequest, row: PromptRow) -> list[str]:
    """Names to choose from: those that versions of the prompt ask, and the server's own."""
    used = [item.version.model for item in page.call.objects.versions(row.id)]
    return list(dict.fromkeys([*used, page.app.settings.openai_model]))


def _beginning(page: PageRequest, row: PromptRow) -> PromptFile:
    """What a draft begins with: a version that was asked for, the newest, or what the labelling config suggests."""
    source, versions = request.values.get("from", ""), page.call.objects.versions(row.id)
    chosen = next((item for item in versions if str(item.number.id) == source), versions[0] if versions else None)
    return page.app.draft(row.name, row.project).file if chosen is None else _file_of(chosen)


def _file_of(version: PublicVersion) -> PromptFile:
    return read_prompt_file(write_prompt_file(version.version))


def _file(page: PageRequest, row: PromptRow) -> PromptFile:
    """What was typed."""
    return filled(_beginning(page, row), page.call.schema(row.project))


def _draft(page: PageRequest, row: PromptRow) -> Draft:
    return Draft(row.name, row.project, _file(page, row), examples=few_shot_request())


def _newest(page: PageRequest, row: PromptRow) -> str:
    versions = page.call.objects.versions(row.id)
    return versions[0].version.tag if versions else ""
