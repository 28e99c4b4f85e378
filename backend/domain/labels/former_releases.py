"""What former releases made of a labelling config.

A version that was saved then goes on asking what it asked, in the same words: its stored answers are found, and none is
paid for twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from backend.domain.hashing import digest
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.registry import BUILDERS

if TYPE_CHECKING:
    from backend.domain.labels.schema import LabelSchema

EMPTY: dict[str, Any] = {"heading": (), "conditions": (), "required": False}
"""What the model was not told of a control once, and what then stands in its place."""
FIRST = tuple(EMPTY)
BEFORE_HEADINGS = ("heading",)


def schema_digest(schema: "LabelSchema", variables: Sequence[str], rules: bool, headings: bool) -> str:
    """Of what releases put into it, the later ones more. `headings`: that there are some, not what they say."""
    parts: dict[str, Any] = {"fields": [field.identity for field in schema.fields], "variables": variables}
    known = {field.name: field.rules for field in schema.fields if rules and field.rules is not None}
    return digest(parts | ({"rules": known} if known else {}) | ({"headings": True} if headings else {}))


def by_digest(schema: "LabelSchema") -> dict[str, "LabelSchema"]:
    """Digest -> what it stands for: all of it first, then what each former release knew, the newest first."""
    found: dict[str, LabelSchema] = {}
    for count in range(len(BUILDERS), 0, -1):
        known = schema.only([field.name for field in schema.fields if field.tag in tuple(BUILDERS)[:count]])
        if known.fields:
            for made, then in _readings(known):
                found.setdefault(made, then)
    return found


def _readings(known: "LabelSchema") -> "Iterator[tuple[str, LabelSchema]]":
    """Its own, then what it was when headings came or went, then what the first release read."""
    headings = any(field.heading for field in known.fields)
    yield schema_digest(known, known.variables, rules=True, headings=headings), known
    other = schema_digest(known, known.variables, rules=True, headings=not headings)
    yield other, replace(known, untold=BEFORE_HEADINGS)
    yield schema_digest(known, known.former, rules=False, headings=False), replace(known, untold=FIRST)


def told(field: Control, untold: Sequence[str]) -> Control:
    """The control as the model is told of it."""
    made: Any = field
    names = {attribute.name for attribute in fields(made)}
    kept: Control = replace(made, **{name: EMPTY[name] for name in untold if name in names})
    return kept
