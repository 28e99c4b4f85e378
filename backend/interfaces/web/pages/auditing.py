"""Auditing: ground truths that may be wrong, as a work list. Each can be corrected where it stands."""

from typing import Any

from backend.errors import PromptsError
from backend.interfaces.presentation.truth_basis import basis_remarks
from backend.interfaces.web.pages.visit import Visit

MOST_SHOWN = 100
"""Of each kind."""


def show_audit(visit: Visit, prompt: int) -> Any:
    """What all prompts of the project say against its ground truths; corrections go through the newest version."""
    row, versions = visit.call.objects.prompt(prompt), visit.call.objects.versions(prompt)
    project = visit.call.objects.project(row.project)
    words: dict[str, Any] = {"row": row, "project": project, "of": versions[0] if versions else None}
    try:
        audit = visit.app.audit(project.id)
    except PromptsError as error:
        return visit.show("audit.html", **words, audit=None, trouble=str(error))
    labels = visit.app.choices(versions[0].version, project) if versions else []
    words["rests_on"] = list(basis_remarks(audit.basis, project.id))
    ids = [suspect.task for suspect in audit.suspects[:MOST_SHOWN]] if versions else []
    texts = {item.task: item.text for item in visit.app.results_of(versions[0].version.tag, ids)} if ids else {}
    return visit.show("audit.html", **words, audit=audit, labels=labels, texts=texts, most=MOST_SHOWN, trouble=None)
