"""Auditing: ground truths that may be wrong, as a work list. Each can be corrected where it stands."""

from typing import Any

from backend.errors import PromptsError
from backend.interfaces.presentation.truth_basis import basis_caveats
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page

MOST_SHOWN = 100
"""Of each kind."""


def show_audit(page: PageRequest, prompt: int) -> Any:
    """What all prompts of the project say against its ground truths; corrections go through the newest version."""
    row, versions = page.call.objects.prompt(prompt), page.call.objects.versions(prompt)
    project = page.call.objects.project(row.project)
    words: dict[str, Any] = {"row": row, "project": project, "of": versions[0] if versions else None}
    try:
        audit = page.app.audit(project.id)
    except PromptsError as error:
        return page.show("audit.html", **words, audit=None, trouble=on_page(error.notice))
    labels = page.app.choices(versions[0].version, project) if versions else []
    words["rests_on"] = [*map(on_page, basis_caveats(audit.basis, project.id))]
    ids = [suspect.task for suspect in audit.suspects[:MOST_SHOWN]] if versions else []
    texts = {item.task: item.text for item in page.app.results_of(versions[0].version.tag, ids)} if ids else {}
    return page.show("audit.html", **words, audit=audit, labels=labels, texts=texts, most=MOST_SHOWN, trouble=None)
