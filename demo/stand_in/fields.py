"""The keys an answer must have, from the JSON schema of a request or, where there is none, from its system message."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_HEADING = re.compile(r'^\s*("(?:[^"\\]|\\.)+")\s*:(.*)$')
_BULLET = re.compile(r"^\s*[-*•]\s+(.+?)\s*$")
_FILLERS = {"integer": "0", "number": "0", "boolean": "false", "array": "[]", "object": "{}", "null": "null"}
_TEXT_FILLER = '"stand-in"'
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_RANGE = re.compile(r"number from (-?[\d.]+)\b.*? to (-?[\d.]+)")
_ANY = (-math.inf, math.inf)
_SENTENCE = re.compile(r".+?(?:[.!?。！？](?=\s|$)|$)")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the answer and the labels it may take; without labels it always gets `filler`, a piece of JSON, or
    where it `writes` a text the first sentence of the item, or the first number
    of the item between the ends of its `scale`."""

    name: str
    labels: tuple[str, ...] = ()
    many: bool = False
    nullable: bool = False
    filler: str = _TEXT_FILLER
    writes: bool = False
    scale: tuple[float, float] | None = None

    def about(self, item: str) -> "Field":
        """This field for one item: a text or a number is copied from it, never made up."""
        if self.scale:
            low, high = self.scale
            fitting = (number for number in _NUMBER.findall(item) if low <= float(number) <= high)
            return replace(self, filler=next(fitting, self.filler))
        if not self.writes:
            return self
        lines = [line.strip() for line in item.splitlines() if line.strip()]
        sentence = _SENTENCE.match(lines[-1]) if lines else None
        text = sentence[0].strip() if sentence else ""
        return replace(self, filler=json.dumps([text] if self.many else text, ensure_ascii=False))

    @property
    def options(self) -> tuple[str | None, ...]:
        """What the probabilities of this field are about: its labels and, for a nullable single choice, None."""
        return (*self.labels, None) if self.labels and self.nullable and not self.many else self.labels


def fields_of_schema(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an OpenAI answer schema (`{"type": "object", "properties": ...}`), in its order."""
    properties = schema.get("properties")
    return tuple(_field(name, _mapping(spec)) for name, spec in _mapping(properties).items())


def fields_of_system(text: str) -> tuple[Field, ...]:
    """The fields a system message describes: lines `"name": what is allowed`, then `- Label: definition` lines."""
    fields: list[Field] = []
    for line in text.splitlines():
        if opening := heading(line):
            name, rule = opening
            fields.append(_spoken_field(name, rule))
        elif fields and (bullet := _BULLET.match(line)):
            label = bullet[1].partition(": ")[0]
            fields[-1] = replace(fields[-1], labels=tuple(dict.fromkeys((*fields[-1].labels, label))))
    return tuple(fields)


def heading(line: str) -> tuple[str, str] | None:
    """The field that a line such as `"topics": a list with any of these` opens, and the rest of the line."""
    found = _HEADING.match(line) if '"' in line else None
    try:
        return (str(json.loads(found[1])), found[2]) if found else None
    except ValueError:
        return None


def _field(name: str, spec: Mapping[str, Any]) -> Field:
    variants = [spec, *map(_mapping, spec.get("anyOf") or ())]
    many = any("items" in variant for variant in variants)
    listed = [label for variant in variants for label in _mapping(variant.get("items", variant)).get("enum") or ()]
    kinds = [kind for variant in variants for kind in _as_list(variant.get("type"))]
    inside = [kind for variant in variants for kind in _as_list(_mapping(variant.get("items")).get("type"))]
    labels = tuple(dict.fromkeys([label for label in listed if isinstance(label, str)]))
    nullable, writes = None in listed or "null" in kinds, not listed and "string" in (inside if many else kinds)
    return Field(name, labels, many, nullable, _filler(spec, kinds, listed), writes, _scale(kinds, listed))


def _filler(spec: Mapping[str, Any], kinds: list[str], listed: list[Any]) -> str:
    if listed:
        return json.dumps(listed[0])
    if "minimum" in spec:
        return json.dumps(spec["minimum"])
    return "null" if "null" in kinds else _FILLERS.get(kinds[0] if kinds else "string", _TEXT_FILLER)


def _scale(kinds: list[str], listed: list[Any]) -> tuple[float, float] | None:
    numbers = [number for number in listed if isinstance(number, int | float)]
    if numbers:
        return min(numbers), max(numbers)
    return _ANY if not listed and {"number", "integer"} & set(kinds) else None


def _spoken_field(name: str, rule: str) -> Field:
    ends = _RANGE.search(rule)
    scale = (float(ends[1]), float(ends[2])) if ends else _ANY if " number" in rule else None
    filler = ends[1] if ends else _spoken_filler(rule)
    return Field(name, many=" list" in rule, nullable=" null" in rule, filler=filler, scale=scale)


def _spoken_filler(rule: str) -> str:
    return next((filler for kind, filler in _FILLERS.items() if kind in rule), _TEXT_FILLER)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_list(kind: Any) -> list[str]:
    return kind if isinstance(kind, list) else [kind] if kind else []
