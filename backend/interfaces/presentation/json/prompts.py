"""Prompt versions, and labels that were renamed."""

from typing import TYPE_CHECKING, Any

from backend.domain.labels.relabel import Renames
from backend.domain.prompts.examples import examples_json
from backend.domain.prompts.version import PromptVersion
from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.services.dataset.label_configs import Relabelled


def version_json(version: PromptVersion) -> dict[str, Any]:
    """For `show`; `list` has a list of these."""
    return {
        "version": version.tag,
        "project": version.project,
        "model": version.reference,
        "parameters": plain(version.parameters),
        "confidence": version.confidence,
        "template": version.template,
        "variables": plain(version.variables),
        "definitions": plain(version.definitions),
        "note": version.note,
        "created": version.created,
        "examples": None if version.examples is None else plain(examples_json(version.examples)),
    }


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


def renames_json(renames: Renames) -> dict[str, Any]:
    """Control -> former label -> the label it is read as."""
    return {control: dict(labels) for control, labels in renames.items()}
