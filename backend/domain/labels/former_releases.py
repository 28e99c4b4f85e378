"""What former releases made of a labelling config.

A version that was saved then goes on asking what it asked, in the same words: its stored answers are found, and none is
paid for twice.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from backend.domain.hashing import digest
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.registry import BUILDERS
from backend.domain.labels.never_shown import names_of_kinds

EMPTY: dict[str, Any] = {"heading": (), "conditions": (), "required": False}
"""What the model was not told of a control once, and what then stands in its place."""
FIRST = tuple(EMPTY)
HEADINGS = ("heading",)
Reading = tuple[tuple[Control, ...], tuple[str, ...]]
"""The controls that a version asks for, and what of them it does not tell the model."""


def schema_digest(
    controls: Sequence[Control], variables: Sequence[str], rules: bool = True, headings: bool = False
) -> str:
    """Of what releases put into it, the later ones more.

    rules: conditions and what is required
    headings: that the model is told some, not what they say
    """
    known = {one.name: one.rules for one in controls if rules and one.rules is not None}
    parts: dict[str, Any] = {"fields": [one.identity for one in controls], "variables": variables}
    return digest(parts | ({"rules": known} if known else {}) | ({"headings": True} if headings else {}))


def readings(controls: Sequence[Control], variables: Sequence[str], former: Sequence[str]) -> dict[str, Reading]:
    """Digest -> what it stands for: all of it first, then what each former release knew, the newest first.

    former: the variables that the first release knew
    """
    found: dict[str, Reading] = {}
    for count in range(len(BUILDERS), 0, -1):
        names = names_of_kinds(controls, tuple(BUILDERS)[:count])
        known = tuple(one for one in controls if one.name in names)
        if known:
            found.setdefault(schema_digest(known, variables), (known, _said_by(known, HEADINGS)))
            found.setdefault(schema_digest(known, variables, headings=True), (known, ()))
            found.setdefault(schema_digest(known, former, rules=False), (known, _said_by(known, FIRST)))
    return found


def _said_by(controls: Sequence[Control], attributes: Sequence[str]) -> tuple[str, ...]:
    """Those of the attributes that some control has."""
    return tuple(name for name in attributes if any(getattr(one, name) for one in controls))


def told(field: Control, untold: Sequence[str]) -> Control:
    """The control as the model is told of it."""
    made: Any = field
    names = {attribute.name for attribute in fields(made)}
    kept: Control = replace(made, **{name: EMPTY[name] for name in untold if name in names})
    return kept
