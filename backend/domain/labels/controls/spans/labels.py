"""<Labels>, <HyperTextLabels> and <ParagraphLabels>: stretches of a text, of HTML or of a dialogue, each with a label.

A model copies what it marks and says which words stand before it; where that is, is found in the text and never guessed
(see `domain.labels.placement`). What is marked, and how Label Studio names places there, is the object's own business
(see `domain.labels.inputs`); what else is said of a span is that of `attributes`.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from backend.domain.answer import AnswerValue, MarkedSpan, Spans, UnlocatedQuote, spans_of, spans_or_none, unlocated_of
from backend.domain.labels.choice_names import Choice
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.brought_labels import BroughtLabels
from backend.domain.labels.controls.labeled import WithOwnLabels, kept_by_all
from backend.domain.labels.controls.model_list import read_list
from backend.domain.labels.controls.spans.attributes import NO_ATTRIBUTES, Attributes
from backend.domain.labels.controls.spans.marking import Marking, attributes_of
from backend.domain.labels.controls.spans.quoted_span import QuotedSpan, read_span
from backend.domain.labels.controls.spans.quotes import MOST, described, quote_json, quote_schema, ref_of, stray_turn
from backend.domain.labels.controls.spans.span_regions import SpanRegions
from backend.domain.labels.controls.spans.span_words import no_place_for, quote_words, span_words
from backend.domain.labels.controls.unlabeled import WithOwnName
from backend.domain.labels.controls.wording import key, under
from backend.domain.labels.inputs.base import SpanText
from backend.domain.labels.inputs.objects import MarkedObject
from backend.domain.labels.inputs.unseen import UnseenText
from backend.domain.labels.placement.location import ABSENT, Location, Quote, Span
from backend.domain.outcome import Failure, Rejection
from backend.domain.statistics.f1 import overlap


@dataclass(frozen=True)
class LabelsControl(BroughtLabels, WithOwnLabels, Marking, WithOwnName):
    """`source`: the object that it marks; `marked`: its text of one task, None before `for_task`. `several`: whether a
    region may have more than one label; `referable`: whether relations may mean its spans. See `BroughtLabels`."""

    name: str
    to_name: str
    source: MarkedObject
    choices: tuple[Choice, ...]
    several: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    tag: str = "Labels"
    marked: SpanText | None = field(default=None, compare=False)
    attributes: Attributes = NO_ATTRIBUTES
    referable: bool = False
    labels_from: str | None = None
    brought: tuple[Choice, ...] = ()

    noun: ClassVar[str] = "span"
    task: ClassVar[str] = "Find all mentions in the text and label them ({names})."
    holds: ClassVar[type[AnswerValue]] = Spans
    probable: ClassVar[bool] = False
    required: ClassVar[bool] = False  # the screen submits a text in which nothing is marked, whatever the config says
    must_answer: ClassVar[bool] = False
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    exclusive: ClassVar[bool] = False
    needs_task: ClassVar[bool] = True
    column: ClassVar[Literal["text", "texts"]] = "texts"
    names: ClassVar[Collection[str]] = ()

    @property
    def identity(self) -> list[Any]:
        own = [
            self.tag,
            self.name,
            self.to_name,
            self.source.value,
            self.several,
            self._labels_identity,
            *self.source.identity,
        ]
        return [*own, *self.attributes.identity, *(["id"] if self.referable else []), *self._brings]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (
            self.tag,
            self.name,
            self.source,
            self.referable,
            self.labels_from,
            frozenset(self.known_classes),
            self.attributes.answers,
        )

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        text = self.source.text_of(data)
        if text is None:
            what = "list of turns" if self.source.turns else "text"
            problem = f"'{self.source.value}' is not a {what}, in which '{self.name}' could mark anything."
            return Failure("bad_task", problem)
        labeled, attributes = self._with_brought(data), self.attributes.for_task(data)
        if isinstance(labeled, Failure):
            return labeled
        return attributes if isinstance(attributes, Failure) else replace(labeled, marked=text, attributes=attributes)

    def read(self, data: Mapping[str, Any]) -> Mapping[str, str]:
        return self.source.read(data)

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        instruction = self._of_all(described(self.source.value, self.source.turns, self.referable))
        rule = f"[] unless {when}, else {instruction}" if when else instruction
        of_attributes = self.attributes.describe({choice.stored: choice.name for choice in reversed(self.own_choices)})
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}", *self._lines(definitions), *of_attributes])

    def listing(self, definitions: Mapping[str, str]) -> str:
        own, of_attributes = "\n".join(self._brought_lines(definitions)), self.attributes.listing()
        return "\n\n".join(part for part in (own, of_attributes) if part)

    def json_schema(self) -> dict[str, Any]:
        labels, more = [choice.name for choice in self.choices], self.attributes.json_schema()
        return {"type": "array", "items": quote_schema(labels, self.source.turns, self.referable, more)}

    def parse(self, value: Any) -> Held | Rejection:
        """Quotes without a place are kept beside the others. An answer that has no other can't be used. Without a
        task's text, as examples are checked, no quote has a place."""
        items = [] if value is None else value
        quotes = read_list(items, self.name, "spans", self._read, MOST)
        return quotes if isinstance(quotes, Rejection) else self._located(quotes)

    def _read(self, item: Any) -> QuotedSpan | Rejection:
        return read_span(item, self, self._stored, self.source.turns)

    def _located(self, quoted: Sequence[QuotedSpan]) -> Held | Rejection:
        quotes = [entry.quote for entry in quoted]
        if self.marked is None:
            return spans_or_none((), [entry.lost(ABSENT) for entry in quoted])
        if (stray := stray_turn(quotes, self.marked.turn_count)) is not None:
            return Rejection("out_of_range", f"The dialogue has no turn {stray}, of which '{self.name}' has a span.")
        spans, lost = list[MarkedSpan](), list[UnlocatedQuote]()
        for number, (entry, location) in enumerate(zip(quoted, self.marked.locate(quotes), strict=True)):
            if isinstance(location, Location):
                span = self._span(self.marked, (location.start, location.end), str(entry.quote.label), location.tier)
                spans.append(entry.said_of(replace(span, item=number)))
            else:
                lost.append(entry.lost(location.reason))
        if lost and not spans:
            return Rejection("unlocated", f"The text has no place for {no_place_for(lost)}.")
        return spans_or_none(self._regions.agreed(spans), lost)

    def to_json(self, value: Held) -> Any:
        """What a model says that marks these spans: with the words before each where the text is known."""
        names = {choice.stored: choice.name for choice in reversed(self.choices)}
        return [
            quote_json(names.get(span.label, span.label), self._quote(span), ref_of(self.name, number) * self.referable)
            | self.attributes.to_json(span.attributes)
            for number, span in enumerate(spans_of(value), 1)
        ]

    def _quote(self, span: MarkedSpan) -> Quote:
        if self.marked is None:
            return Quote(span.text, span.label)
        return self.marked.quote(span.start, span.end, span.label)

    @property
    def _regions(self) -> SpanRegions:
        stored_labels = self._lookup.order.keys()
        kind = self.tag.lower()
        return SpanRegions(self.name, self.to_name, kind, self.several, self.attributes, self.referable, stored_labels)

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """In Label Studio's units."""
        return self._regions.write(spans_of(value))

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows them. Offsets count, whatever `value.text` says."""
        return spans_or_none(self._regions.read(regions, self._marked_by))

    def _marked_by(self, value: Mapping[str, Any]) -> Sequence[MarkedSpan]:
        labels = value.get(self.tag.lower())
        text = self.marked or UnseenText(value)
        span = text.span(value)
        if span is None or not isinstance(labels, list):
            return []
        return [self._span(text, span, label) for label in labels if isinstance(label, str) and label]

    def _span(self, text: SpanText | UnseenText, span: Span, label: str, tier: str = "") -> MarkedSpan:
        position = None if self.source.plain else text.value(*span)
        return MarkedSpan(*span, label, text.part(*span), tier, position)

    def equal(self, first: Held, second: Held) -> bool:
        return first == second or self._judged_parts(first) == self._judged_parts(second)

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of spans, and of what is said of them, that both have; a quote without a place is one that the other
        lacks."""
        return overlap(self._judged_parts(first), self._judged_parts(second))

    def _judged_parts(self, value: Held) -> set[Hashable]:
        """All that can be right or wrong by itself."""
        held = ((span.key, pair) for span in spans_of(value) for pair in self.attributes.held(span.attributes))
        return {*self.items(value), *held}

    def classes(self, value: Held) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for label, _ in self.items(value)))

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        """Each span by its place; what has none is like no other."""
        located = [(span.label, (span.start, span.end)) for span in spans_of(value)]
        return (*located, *((span.label, (span, number)) for number, span in enumerate(unlocated_of(value))))

    def removed_classes(self, value: Held) -> list[str]:
        """Those of attributes too."""
        of_attributes = (
            label for span in spans_of(value) for label in self.attributes.removed_classes(span.attributes)
        )
        return list(dict.fromkeys([*super().removed_classes(value), *of_attributes]))

    def called(self, value: Held) -> set[str]:
        return set()

    def cell(self, value: Held) -> Any:
        return [span_words(span, self.attributes) for span in spans_of(value)]

    def show(self, value: Held) -> str:
        lost = (f"{span.reason}: {quote_words(span)}" for span in unlocated_of(value))
        return ", ".join([*self.cell(value), *lost]) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        order = self._lookup.order

        def now(label: str) -> str:
            return label if label in order else renames.get(label, label)

        spans = self._regions.agreed([replace(span, label=now(span.label)) for span in spans_of(value)])
        return spans_or_none(spans, (replace(span, label=now(span.label)) for span in unlocated_of(value)))

    def shared(self, others: Sequence[Control]) -> Self:
        attributes = self.attributes.shared([attributes_of(other) for other in others])
        choices = self.choices if self.dynamic else kept_by_all(self.choices, others)
        return replace(self, choices=choices, attributes=attributes)


def marked_text(control: Control) -> MarkedObject | None:
    """The text in which it marks something; None for controls that mark none."""
    return control.source if isinstance(control, LabelsControl) else None
