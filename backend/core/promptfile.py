"""Prompt files: a prompt version as plain text, so that a team can keep its prompts in git.

A file is the template, optionally below a header of YAML between two `---` lines with `project`, `model`, `note`,
`confidence`, the well-known parameters (`temperature: 0`) and, below `parameters:`, any others. Without a header the
whole file is the template.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from backend.core.parameters import KNOWN
from backend.core.prompts import PromptVersion, nearest
from backend.core.samples import LOGPROBS
from backend.errors import PromptError

FENCE = "---"
OTHERS = "parameters"
KEYS = ("project", "model", "note", "confidence", OTHERS, *KNOWN)
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """`project`: the one it was saved for; None for what is not said."""

    template: str
    model: str | None = None
    note: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    project: int | None = None
    confidence: str = LOGPROBS


def read_prompt_file(text: str) -> PromptFile:
    """Raises PromptError for an empty template, or a header that does not end, is no YAML or has an unknown key."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    header: dict[str, Any] = {}
    if text.startswith(FENCE + "\n"):
        end = (text + "\n").find(f"\n{FENCE}\n", len(FENCE))
        if end < 0:
            raise PromptError("The header begun by the first line --- has no end: write a second line --- below it.")
        header = _header(text[len(FENCE) + 1 : end + 1])
        text = text[end + len(FENCE) + 2 :]
    if not text.strip():
        raise PromptError("The prompt is empty: write what the model should do, with the task's variables in braces.")
    model, note, project = header.pop("model", None), header.pop("note", ""), _project(header.pop("project", None))
    confidence = str(header.pop("confidence", None) or LOGPROBS)
    parameters = {**_others(header.pop(OTHERS, None)), **header}
    model = None if model is None else str(model)
    return PromptFile(text.strip("\n"), model, str(note or ""), parameters, project, confidence)


def write_prompt_file(version: PromptVersion) -> str:
    """The inverse: reading it gives the same template, project, model, note, confidence and parameters."""
    header: dict[str, Any] = {"project": version.project, "model": version.model}
    header |= {name: value for name, value in version.parameters.items() if name in KNOWN}
    others = {name: value for name, value in version.parameters.items() if name not in KNOWN}
    if others:
        header[OTHERS] = others
    if version.confidence != LOGPROBS:
        header["confidence"] = version.confidence
    if version.note:
        header["note"] = version.note
    lines = yaml.dump(header, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    return f"{FENCE}\n{lines}{FENCE}\n{version.template}\n"


class _Dumper(yaml.SafeDumper):
    """YAML takes some characters for ends of lines, which only survive in double quotes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _LINE_ENDS.search(text) else None)


_Dumper.add_representer(str, _text)


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("alias")
        return super().compose_node(parent, index)


def _header(text: str) -> dict[str, Any]:
    try:
        found = yaml.load(text, _Plain)  # noqa: S506  (a SafeLoader, only stricter)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise PromptError("The header between the --- lines is not YAML: write lines like 'temperature: 0'.") from None
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise PromptError("The header between the --- lines must hold lines like 'temperature: 0'.")
    for key in found:
        if key not in KEYS:
            raise PromptError(
                f"The header between the --- lines has '{key[:40]}': {nearest(key, KEYS)} "
                f"Any other parameter of the provider's API goes below a line '{OTHERS}:'."
            )
    return found


def _project(found: Any) -> int | None:
    if found is None or (isinstance(found, int) and not isinstance(found, bool) and found > 0):
        return found
    raise PromptError("The header's 'project' is no number: write a project's, like 'project: 12'.")


def _others(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise PromptError(f"The header's '{OTHERS}' must hold lines like '  top_k: 20', each below the other.")
    return found
