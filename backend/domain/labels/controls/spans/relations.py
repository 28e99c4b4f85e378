"""<Relations>: which of the spans that an answer marks are related, and how.

A model gives each span an id and relates ids; Label Studio relates regions by theirs. Here the spans themselves are
related, so two answers agree whatever ids they use. Relations of the task's own controls, and without a label, are
none: a model could not be told what they mean.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue, UnlocatedQuote
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.controls.base import Held, Region
from backend.domain.labels.controls.labeled import WithOwnLabels
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.spans.span_index import SpanIndex, span_index
from backend.domain.labels.controls.unlabeled import Unlabeled
from backend.domain.labels.controls.wording import excerpt, key, label_line, under
from backend.domain.outcome import Rejection
from backend.domain.relations import (
    Relation,
    Relations,
    SpanEnd,
    UnlocatedRelation,
    half_related_of,
    related_of,
    relations_or_none,
)
from backend.domain.statistics.f1 import overlap

RELATION = "relation"
"""The type of its regions, which name no control."""
MOST = 1000
"""Relations of one answer."""
_KEYS = ("from", "to", "label")
_SWAPPED, _BOTH = "left", "bi"
_EXCERPT = 60
ABSENT_END = "without an end"

AnyRelation = Relation | UnlocatedRelation


@dataclass(frozen=True)
class RelationsControl(WithOwnLabels, Unlabeled):
    """markers: the controls whose spans it relates -> whether their regions may have several labels
    several: whether two spans may be related in more than one way
    spans: those of one answer, None before `among`
    """

    name: str
    choices: tuple[Choice, ...]
    markers: tuple[tuple[str, bool], ...]
    several: bool = True
    heading: tuple[str, ...] = ()
    spans: SpanIndex | None = field(default=None, compare=False)

    tag: ClassVar[str] = "Relations"
    to_name: ClassVar[str] = ""
    noun: ClassVar[str] = "relation"
    task: ClassVar[str] = "Find all relations between them ({names})."
    holds: ClassVar[type[AnswerValue]] = Relations
    probable: ClassVar[bool] = False
    conditions: ClassVar[tuple[()]] = ()
    required: ClassVar[bool] = False
    must_answer: ClassVar[bool] = False
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    column: ClassVar[Literal["text", "texts"]] = "texts"

    @property
    def identity(self) -> list[Any]:
        return [self.tag, self.name, self.several, self._labels_identity, [list(marker) for marker in self.markers]]

    @property
    def rules(self) -> list[Any] | None:
        return None

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.several, self.markers, frozenset(self.known_classes))

    def among(self, answer: Mapping[str, Held]) -> Self:
        """This control with the spans of an answer, which `parse`, `to_json` and `from_regions` need."""
        return replace(self, spans=span_index(answer, self.markers))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        of = " or ".join(key(name) for name, _ in self.markers)
        rule = (
            f"a list of all relations that the text states between the objects of {of}, [] if there is none. Each is "
            'an object: "from" and "to": the "id" of two of them, in the direction in which the label is read; '
            '"label": exactly one of'
        )
        return "\n".join(
            [f"{key(self.name)}: {under(heading)}{rule}", *(label_line(choice, definitions) for choice in self.choices)]
        )

    def json_schema(self) -> dict[str, Any]:
        kinds: dict[str, Any] = {name: {"type": "string"} for name in _KEYS}
        kinds["label"]["enum"] = [choice.name for choice in self.choices]
        item = {"type": "object", "properties": kinds, "required": [*_KEYS], "additionalProperties": False}
        return {"type": "array", "items": item}

    def parse(self, value: Any) -> Held | Rejection:
        """Relations that lack an end are kept beside the others. Without the spans of an answer, as examples are
        checked, all of them do."""
        items = [] if value is None else value
        read: list[AnyRelation] | Rejection = read_list(items, self.name, "relations", self._read, MOST)
        return read if isinstance(read, Rejection) else self._checked(read)

    def _checked(self, read: Sequence[AnyRelation]) -> Held | Rejection:
        whole = dict.fromkeys(relation for relation in read if isinstance(relation, Relation))
        pairs = {(relation.head, relation.tail) for relation in whole}
        if not self.several and len(pairs) < len(whole):
            return Rejection("too_many", f"'{self.name}' takes one label for two spans, the answer has more.")
        return relations_or_none(whole, (relation for relation in read if isinstance(relation, UnlocatedRelation)))

    def _read(self, item: Any) -> AnyRelation | Rejection:
        if not isinstance(item, dict):
            return Rejection("wrong_type", f"{excerpt(item)} is not an object with two ids and a label.")
        missing = next((name for name in _KEYS if item.get(name) is None), None)
        if missing is not None:
            return Rejection("missing_field", f"A relation of '{self.name}' has no '{missing}'.")
        name = self.find(item["label"]) if isinstance(item["label"], str) else None
        if name is None:
            return Rejection("unknown_choice", f"{excerpt(item['label'])} is not a label of '{self.name}'.")
        head, tail = self._end(item["from"]), self._end(item["to"])
        if isinstance(head, Rejection):
            return head
        if isinstance(tail, Rejection):
            return tail
        label = self._lookup.exact[name]
        if isinstance(head, SpanEnd) and isinstance(tail, SpanEnd):
            return Relation(head, tail, label)
        return UnlocatedRelation(label, head.text, tail.text)

    def _end(self, ref: Any) -> SpanEnd | UnlocatedQuote | Rejection:
        if not isinstance(ref, str):
            return Rejection("wrong_type", f"{excerpt(ref)} is not an id, which '{self.name}' takes.")
        if self.spans is None:
            return UnlocatedQuote("", ref, "")
        spans = self.spans.ends.get(ref, ())
        if len(spans) != 1:
            which = "no span" if not spans else "several spans"
            return Rejection("bad_reference", f"{excerpt(ref)} is the id of {which}, and '{self.name}' relates it.")
        return spans[0]

    def to_json(self, value: Held) -> Any:
        """What a model says that relates these spans; it needs those of the answer."""
        names = {choice.stored: choice.name for choice in reversed(self.choices)}
        refs = self.spans.refs if self.spans else {}
        return [
            {"from": refs[relation.head], "to": refs[relation.tail], "label": names.get(relation.label, relation.label)}
            for relation in related_of(value)
            if relation.head in refs and relation.tail in refs
        ]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """One region for two spans: of more, Label Studio shows the first."""
        pairs: dict[tuple[SpanEnd, SpanEnd], list[str]] = {}
        for relation in related_of(value):
            pairs.setdefault((relation.head, relation.tail), []).append(relation.label)
        return [
            {
                "type": RELATION,
                "from_id": head.region_id,
                "to_id": tail.region_id,
                "direction": "right",
                "labels": labels,
            }
            for (head, tail), labels in pairs.items()
        ]

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """Between spans of the answer; of two regions for the same two spans the first counts, as on the screen. An
        arrow may point back, or both ways."""
        pairs: dict[tuple[str, str], Region] = {}
        for region in regions:
            ids = (region.get("from_id"), region.get("to_id"))
            if isinstance(ids[0], str) and isinstance(ids[1], str):
                pairs.setdefault((ids[0], ids[1]), region)
        return relations_or_none(relation for ids, region in pairs.items() for relation in self._related(ids, region))

    def _related(self, ids: tuple[str, str], region: Region) -> list[Relation]:
        held = self.spans.ends if self.spans else {}
        head, tail = (next((end for end in held.get(name, ()) if isinstance(end, SpanEnd)), None) for name in ids)
        labels, direction = region.get("labels"), region.get("direction")
        if head is None or tail is None or not isinstance(labels, list):
            return []
        usable = [label for label in labels if isinstance(label, str) and label]
        there = [] if direction == _SWAPPED else [Relation(head, tail, label) for label in usable]
        back = [Relation(tail, head, label) for label in usable] if direction in (_SWAPPED, _BOTH) else []
        return there + back

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of relations that both have; one that lacks an end is one that the other does not have."""
        return overlap(set(self.items(first)), set(self.items(second)))

    def classes(self, value: Held) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for label, _ in self.items(value)))

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        """Each relation by its spans; what lacks one is like no other."""
        whole = [(relation.label, (relation.head, relation.tail)) for relation in related_of(value)]
        return (*whole, *((half.label, (half, number)) for number, half in enumerate(half_related_of(value))))

    def cell(self, value: Held) -> Any:
        return [
            f"{relation.label}: {_words(relation.head)} → {_words(relation.tail)}" for relation in related_of(value)
        ]

    def show(self, value: Held) -> str:
        lost = (
            f"{ABSENT_END}: {half.label}: {quoted(half.head, _EXCERPT)} → {quoted(half.tail, _EXCERPT)}"
            for half in half_related_of(value)
        )
        return ", ".join([*self.cell(value), *lost]) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        order = self._lookup.order

        def now(label: str) -> str:
            return label if label in order else renames.get(label, label)

        whole = (replace(relation, label=now(relation.label)) for relation in related_of(value))
        return relations_or_none(whole, (replace(half, label=now(half.label)) for half in half_related_of(value)))


def _words(end: SpanEnd) -> str:
    return f"{quoted(end.text, _EXCERPT)} at {end.start}"
