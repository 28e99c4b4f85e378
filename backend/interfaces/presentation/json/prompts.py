"""Prompt versions, and labels that were renamed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.prompts.examples import examples_json
from backend.interfaces.presentation.json.plain import plain, user_json

if TYPE_CHECKING:
    from backend.domain.action import Action
    from backend.domain.labels.relabel import Renames
    from backend.domain.prompts.version import PromptVersion
    from backend.domain.public_id import PublicId
    from backend.services.dataset.label_configs import Relabelled


def version_json(
    version: "PromptVersion", public_id: "PublicId | None" = None, actions: Sequence["Action"] = ()
) -> dict[str, Any]:
    """For `show`; `list` has a list of these. `system` is in it where the version has a system part, `then` and `below`
    where it has a second model.

    public_id: the integer that the API knows it by, and who saved it
    actions: what was done in Label Studio with its predictions
    """
    own: dict[str, Any] = {"system": version.system} if version.system else {}
    if version.cascade is not None:
        own |= {"then": version.cascade.reference, "below": version.cascade.below}
    return {
        "version": version.tag,
        "project": version.project,
        "model": version.reference,
        "parameters": plain(version.parameters),
        "confidence": version.confidence,
        **own,
        "template": version.template,
        "variables": plain(version.variables),
        "definitions": plain(version.definitions),
        "note": version.note,
        "created": version.created,
        "examples": None if version.examples is None else plain(examples_json(version.examples)),
        "id": public_id.id if public_id else None,
        "saved_by": user_json(public_id),
        "actions": [_action(action) for action in actions],
    }


def _action(action: "Action") -> dict[str, Any]:
    return {"kind": action.kind, "count": action.count, "created": action.created, "by": user_json(action)}


def relabelled_json(relabelled: "Relabelled") -> dict[str, Any]:
    return {
        "project": relabelled.project,
        "control": relabelled.control,
        "former": relabelled.former,
        "label": relabelled.label,
        "annotations": relabelled.annotations,
        "versions": list(relabelled.versions),
    }


def unrelabelled_json(former: str) -> dict[str, Any]:
    """`former` is read as itself again."""
    return {"former": former, "label": None}


def renames_json(renames: "Renames") -> dict[str, Any]:
    """Control -> former label -> the label it is read as."""
    return {control: dict(labels) for control, labels in renames.items()}
