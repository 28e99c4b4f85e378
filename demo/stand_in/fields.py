"""The keys an answer must have, from the JSON schema of a request or, where there is none, from its system message."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from demo.stand_in.dates import date_in, shape_of
from demo.stand_in.places import keys_of, keys_told, places_in
from demo.stand_in.ranks import labelled, numbered, ranked, sorted_into
from demo.stand_in.repeated import numbered_lines, rule_of_each
from demo.stand_in.told import Told, fold, likeliest, phrases_of, quote, quoted, sentence, shared

_HEADING = re.compile(r'^\s*("(?:[^"\\]|\\.)+")\s*:(.*)$')
_BULLET = re.compile(r"^\s*[-*•]\s+(.+?)\s*$")
_FILLERS = {"integer": "0", "number": "0", "boolean": "false", "array": "[]", "object": "{}", "null": "null"}
_TEXT_FILLER = '"stand-in"'
_NUMBER = re.compile(r"(-?)0*(\d+(?:\.\d+)?)")
"""Its sign, and its digits without the leading zeros that JSON does not allow."""
_RANGE = re.compile(r"number from (-?[\d.]+)\b.*? to (-?[\d.]+)")
_ANY = (-math.inf, math.inf)
_WORD = re.compile(r"\w+")
_ORDERED, _SORTED, _RELATED = " a list of all items of ", '"item": the reference', " a list of all relations "
_LONGEST_SCALE = 20
_QUOTED = re.compile(r'"[^"]*"')
_A_TEXT = re.compile(r"\ba text\b|\btexts\b")
_PART = re.compile(r"in each object, (.*)")
_OF_A_QUOTE = ("id", "turn", "label", "text", "before")
_TURN = re.compile(r"\[(\d+)\] [^:]*: ")


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the answer and the labels it may take. Without labels it gets `filler`, a piece of JSON, or what
    `about` finds in an item: a sentence where it `writes` a text, quotes where it `marks` texts with labels (in the
    last of its `turns`), a date of that shape where it is `dated`, a number between the ends of its `scale`, places
    in a picture by the numbers of `placed`, and of listed items, all `references`, their order where it is `ordered`,
    or each `marked_as` its bucket where it `sorts` them, under the key `sorted_as` and by a number. `parts`: what else
    is said of each quote; `ids`: each has one, by which a field that `relates` means it. `each`: what is said of each
    numbered line of an item, in the list that is `listed` there."""

    name: str
    labels: tuple[str, ...] = ()
    many: bool = False
    nullable: bool = False
    filler: str = _TEXT_FILLER
    writes: bool = False
    scale: tuple[float, float] | None = None
    marks: bool = False
    marked_as: tuple[str, ...] = ()
    turns: bool = False
    dated: str = ""
    ordered: bool = False
    sorts: bool = False
    sorted_as: str = ""
    references: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    parts: tuple["Field", ...] = ()
    ids: bool = False
    relates: bool = False
    each: "Field | None" = None
    listed: str = ""

    def with_label(self, label: str) -> "Field":
        """This field with one more label."""
        if self.parts:
            return replace(self, parts=(*self.parts[:-1], self.parts[-1].with_label(label)))
        if self.each:
            return replace(self, each=self.each.with_label(label))
        if self.marks or self.sorts or self.placed or self.relates:
            return replace(self, marked_as=tuple(dict.fromkeys((*self.marked_as, label))))
        return replace(self, labels=tuple(dict.fromkeys((*self.labels, label))))

    @property
    def terms(self) -> tuple[str, ...]:
        """What a line of a prompt may tell something of: its own name where it writes, labels of spans, numbers."""
        if self.each:
            return (*self.each.labels, *self.each.terms)
        return self.marked_as or ((self.name,) if self.writes else self._numbers)

    @property
    def _numbers(self) -> tuple[str, ...]:
        low, high = self.scale or _ANY
        return tuple(map(str, range(math.ceil(low), math.floor(high) + 1))) if high - low <= _LONGEST_SCALE else ()

    def about(self, item: str, told: Told = MappingProxyType({})) -> "Field":
        """This field for one item: a text or a number is copied from it, or is the one that the prompt has `told` the
        most words of the item about; it is never made up."""
        lines = [line.strip() for line in item.splitlines() if line.strip()]
        last = lines[-1] if lines else ""
        if self.scale:
            return replace(self, filler=self._rated(item, last, told))
        if self.dated:
            return replace(self, filler=date_in(item, self.dated, self.nullable))
        if self.each and (texts := numbered_lines(item, self.listed)):
            listed = [{"item": n, self.each.name: self.each.of_quote(text, text, told)} for n, text in texts.items()]
            return replace(self, filler=json.dumps(listed, ensure_ascii=False))
        if self.placed:
            return replace(self, filler=json.dumps(places_in(item, self.marked_as, self.placed)))
        if self.ordered:
            return replace(self, filler=json.dumps(ranked(item, self.references)))
        if self.sorts and self.many:
            return replace(self, filler=json.dumps(labelled(item, self.marked_as, self.sorted_as)))
        if self.sorts:
            into = sorted_into(item, self.references, self.marked_as, self.nullable)
            return replace(self, filler=json.dumps(numbered(into, self.sorted_as) if self.sorted_as else into))
        if self.marks:
            said = self._quotes_in_turn if self.turns else self._quotes
            own = [line for line in lines if bool(_TURN.match(line)) == self.turns]
            return replace(self, filler=json.dumps(said(own[-1] if own else "", told), ensure_ascii=False))
        return replace(self, filler=self._written(last, told)) if self.writes else self

    def _rated(self, item: str, last: str, told: Told) -> str:
        """The number that is told of with words of the item; where none is told of, the first number of the item."""
        if any(told.get(number) for number in self._numbers):
            return likeliest(last, self._numbers, told) or self.filler
        low, high = self.scale or _ANY
        numbers = (sign + digits for sign, digits in _NUMBER.findall(item))
        fitting = (number for number in numbers if low <= float(number) <= high)
        return next(fitting, self.filler)

    def _written(self, last: str, told: Told) -> str:
        texts = told.get(fold(self.name), ())
        text = sentence(last, texts)
        if self.nullable and not (shared(text, texts) if texts else text):
            return "null"
        return json.dumps([text] if self.many else text, ensure_ascii=False)

    def _quotes(self, line: str, told: Told) -> list[dict[str, Any]]:
        """Quotes with what else is said of them."""
        return [
            ({"id": f"{self.name}-{number}"} if self.ids else {})
            | one
            | {part.name: part.of_quote(line, one["text"], told) for part in self.parts}
            for number, one in enumerate(self._plain_quotes(line, told), 1)
        ]

    def of_quote(self, line: str, text: str, told: Told) -> Any:
        """What this field says of a quote from a line: the label whose name or words the line has; where it takes a
        text, the quote itself; a number of the line. Null where there is none and it may be."""
        if not self.labels:
            empty = replace(self, filler="null") if self.nullable else self
            return json.loads(empty.about(text if self.writes else line).filler)
        own = {fold(label): (label, *told.get(fold(label), ())) for label in self.labels}
        best = likeliest(line, self.labels, own)
        if self.many:
            return [best] if best else []
        return best or (None if self.nullable else self.labels[0])

    def _plain_quotes(self, line: str, told: Told) -> list[dict[str, str]]:
        """The phrases that are told of its labels; where none is, the first word that the line has once, under the
        first label."""
        if phrases := phrases_of(self.marked_as, told):
            return quoted(line, phrases)
        times = Counter(_WORD.findall(line))
        first = next((word for word in _WORD.finditer(line) if times[word[0]] == 1), None)
        return [quote(line, first.start(), first.end(), self.marked_as[0])] if first and self.marked_as else []

    def _quotes_in_turn(self, line: str, told: Told) -> list[dict[str, Any]]:
        """The same of the words of a turn such as `[0] author: text`."""
        turn = _TURN.match(line)
        return [{"turn": int(turn[1]), **one} for one in self._quotes(line[turn.end() :], told)] if turn else []

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
            fields.append(_spoken_field(*opening))
        elif fields and (part := _PART.match(line)) and (opening := heading(part[1])):
            fields[-1] = replace(fields[-1], parts=(*fields[-1].parts, _spoken_field(*opening)))
        elif fields and (bullet := _BULLET.match(line)):
            fields[-1] = fields[-1].with_label(bullet[1].partition(": ")[0])
    return tuple(fields)


def with_rules(fields: tuple[Field, ...], spoken: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields of a schema, which says only that a date is a text and an order a list, with what the system message
    tells of them."""
    told = {field.name: field for field in spoken}
    return tuple(_with_rule(field, told[field.name]) if field.name in told else field for field in fields)


def _with_rule(field: Field, told: Field) -> Field:
    if field.each and told.each:
        return replace(field, each=_with_rule(field.each, told.each), listed=told.listed)
    if told.ordered:
        return replace(field, references=field.labels, labels=(), many=False, ordered=True, writes=False)
    return replace(field, dated=told.dated) if told.dated else field


def heading(line: str) -> tuple[str, str] | None:
    """The field that a line such as `"topics": a list with any of these` opens, and the rest of the line."""
    found = _HEADING.match(line) if '"' in line else None
    try:
        return (str(json.loads(found[1])), found[2]) if found else None
    except ValueError:
        return None


def _field(name: str, spec: Mapping[str, Any]) -> Field:
    quote = _mapping(_mapping(spec.get("items")).get("properties"))
    if {"item", "bucket"} <= quote.keys():
        return _sorting_field(name, _mapping(quote["item"]).get("enum"), _mapping(quote["bucket"]).get("enum"))
    if other := [key for key in quote if key != "item"] if _mapping(quote.get("item")).get("type") == "integer" else []:
        wanted = _mapping(quote[other[0]])
        labels = _mapping(wanted.get("items", wanted)).get("enum")
        sorting = replace(_sorting_field(name, (), labels), sorted_as=other[0], many="items" in wanted)
        return replace(sorting, each=_field(other[0], wanted))
    labels = tuple(label for label in _mapping(quote.get("label")).get("enum") or () if isinstance(label, str))
    if placed := keys_of(quote):
        return Field(name, filler="[]", marked_as=labels, placed=placed)
    if {"label", "text"} <= quote.keys():
        own = {key: spec for key, spec in quote.items() if key not in _OF_A_QUOTE}
        parts = fields_of_schema({"properties": own})
        turns, ids = "turn" in quote, "id" in quote
        return Field(name, filler="[]", marks=True, marked_as=labels, turns=turns, parts=parts, ids=ids)
    if {"from", "to", "label"} <= quote.keys():
        return Field(name, filler="[]", relates=True, marked_as=tuple(_mapping(quote["label"]).get("enum") or ()))
    variants = [spec, *map(_mapping, spec.get("anyOf") or ())]
    many = any("items" in variant for variant in variants)
    listed = [label for variant in variants for label in _mapping(variant.get("items", variant)).get("enum") or ()]
    kinds = [kind for variant in variants for kind in _as_list(variant.get("type"))]
    inside = [kind for variant in variants for kind in _as_list(_mapping(variant.get("items")).get("type"))]
    labels = tuple(dict.fromkeys([label for label in listed if isinstance(label, str)]))
    nullable, writes = None in listed or "null" in kinds, not listed and "string" in (inside if many else kinds)
    return Field(name, labels, many, nullable, _filler(spec, kinds, listed), writes, _scale(kinds, listed))


def _sorting_field(name: str, references: Any, buckets: Any) -> Field:
    listed = tuple(bucket for bucket in buckets or () if isinstance(bucket, str))
    none = None in (buckets or ())
    return Field(name, filler="[]", nullable=none, sorts=True, marked_as=listed, references=tuple(references or ()))


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
    if (told := rule_of_each(rule)) and (opening := heading(told[1])):
        return Field(name, filler="[]", each=_spoken_field(*opening), listed=told[0])
    ends = _RANGE.search(rule)
    scale = (float(ends[1]), float(ends[2])) if ends else _ANY if " number" in rule else None
    filler, marks = ends[1] if ends else _spoken_filler(rule), '"before"' in rule
    turns, dated = '"turn"' in rule, shape_of(rule)
    ordered, sorts, relates = _ORDERED in rule, _SORTED in rule, _RELATED in rule
    placed = keys_told(rule)
    listed, nullable = marks or ordered or sorts or placed or relates, " null" in rule
    writes = not (scale or marks or dated or placed or relates) and bool(_A_TEXT.search(_QUOTED.sub("", rule)))
    several = " list" in rule and not listed
    field = Field(name, (), several, nullable, filler, writes, scale, marks, turns=turns, dated=dated)
    made = replace(field, ordered=ordered, sorts=sorts, placed=placed, scale=None if placed else scale)
    return replace(made, relates=relates, ids=marks and '"id"' in rule)


def _spoken_filler(rule: str) -> str:
    return next((filler for kind, filler in _FILLERS.items() if kind in rule), _TEXT_FILLER)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_list(kind: Any) -> list[str]:
    return kind if isinstance(kind, list) else [kind] if kind else []
