"""<Labels> on <Text>: stretches of the text, each with a label.

A model copies what it marks and says which words stand before it; where that is, is found in the text and never guessed
(see `domain.labels.placement`). Refuses labels that the task brings, objects other than <Text>, and texts that are not
in the task's data.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar, Literal, Self
from xml.etree.ElementTree import Element

from backend.domain.answer import AnswerValue, MarkedSpan, Spans, UnlocatedQuote, spans_of, spans_or_none, unlocated_of
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST, Choice, choices_of, listed
from backend.domain.labels.conditions import Condition
from backend.domain.labels.controls.base import Control, Held, Region, rules_of
from backend.domain.labels.controls.labeled import WithLabels, as_before, as_now, kept_by_all
from backend.domain.labels.controls.quotes import MOST, described, quote_json, quote_schema, read_quote
from backend.domain.labels.controls.wording import key, label_line, said, under
from backend.domain.labels.inputs.text import PlainText, UnseenText
from backend.domain.labels.inputs.values import value_of
from backend.domain.labels.layout import Placed
from backend.domain.labels.placement.place import ABSENT, Location, Quote
from backend.domain.outcome import Failure, Rejection

_EXCERPT = 60


@dataclass(frozen=True)
class LabelsControl(WithLabels):
    """`source`: the `value` of the <Text> that it marks; `marked`: that text of one task, None before `for_task`.
    `several`: whether a region may have more than one label."""

    name: str
    to_name: str
    source: str
    choices: tuple[Choice, ...]
    several: bool = False
    conditions: tuple[Condition, ...] = ()
    heading: tuple[str, ...] = ()
    marked: PlainText | None = field(default=None, compare=False)

    tag: ClassVar[str] = "Labels"
    noun: ClassVar[str] = "span"
    task: ClassVar[str] = "Find all mentions in the text and label them ({names})."
    holds: ClassVar[type[AnswerValue]] = Spans
    probable: ClassVar[bool] = False
    required: ClassVar[bool] = False  # the screen submits a text in which nothing is marked, whatever the config says
    must_answer: ClassVar[bool] = False
    nullable: ClassVar[bool] = False
    many: ClassVar[bool] = True
    exclusive: ClassVar[bool] = False
    dynamic: ClassVar[bool] = False
    needs_task: ClassVar[bool] = True
    column: ClassVar[Literal["text", "texts"]] = "texts"
    names: ClassVar[Collection[str]] = ()

    @property
    def identity(self) -> list[Any]:
        listed = [[choice.shown, choice.stored, choice.hint] for choice in self.choices]
        return [self.tag, self.name, self.to_name, self.source, self.several, listed]

    @property
    def rules(self) -> list[Any] | None:
        return rules_of(self, False)

    @property
    def answers(self) -> Hashable:
        return (self.tag, self.name, self.source, frozenset(self.known_classes))

    def for_task(self, data: Mapping[str, Any]) -> Self | Failure:
        text = value_of(self.source, data)
        if isinstance(text, bool) or not isinstance(text, str | int):
            return Failure("bad_task", f"'{self.source}' is not a text, in which '{self.name}' could mark anything.")
        return replace(self, marked=PlainText.of(str(text)))

    def describe(self, definitions: Mapping[str, str], when: str = "", heading: str = "") -> str:
        rule = f"[] unless {when}, else {described(self.source)}" if when else described(self.source)
        lines = [label_line(choice, definitions) for choice in self.choices]
        return "\n".join([f"{key(self.name)}: {under(heading)}{rule}", *lines])

    def listing(self, definitions: Mapping[str, str]) -> str:
        return ""

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": quote_schema([choice.shown for choice in self.choices])}

    def parse(self, value: Any) -> Held | Rejection:
        """Quotes without a place are kept beside the others. An answer that has no other can't be used. Without a
        task's text, as examples are checked, no quote has a place."""
        given = [] if value is None else value
        if not isinstance(given, list):
            return Rejection("wrong_type", f"{said(given)} is not a list of spans, which '{self.name}' takes.")
        if len(given) > MOST:
            return Rejection("too_many", f"'{self.name}' takes at most {MOST:,} spans, the answer has {len(given):,}.")
        quotes: list[Quote] = []
        for item in given:
            quote = read_quote(item, self.name, self._stored)
            if isinstance(quote, Rejection):
                return quote
            quotes.append(quote)
        return self._located(quotes)

    def _stored(self, label: str) -> str | None:
        shown = self.find(label)
        return None if shown is None else self._lookup.exact[shown]

    def _located(self, quotes: Sequence[Quote]) -> Held | Rejection:
        if self.marked is None:
            return spans_or_none((), [UnlocatedQuote(str(one.label), one.text, ABSENT) for one in quotes])
        spans, lost = list[MarkedSpan](), list[UnlocatedQuote]()
        for quote, place in zip(quotes, self.marked.place(quotes), strict=True):
            if isinstance(place, Location):
                part = self.marked.part(place.start, place.end)
                spans.append(MarkedSpan(place.start, place.end, str(quote.label), part, place.tier))
            else:
                lost.append(UnlocatedQuote(str(quote.label), quote.text, place.reason))
        if lost and not spans:
            return Rejection("unlocated", f"The text has no place for {_lost(lost[0])}{_more(lost)}.")
        return spans_or_none(spans, lost)

    def to_json(self, value: Held) -> Any:
        """What a model says that marks these spans: with the words before each where the text is known."""
        shown = {choice.stored: choice.shown for choice in reversed(self.choices)}
        text = self.marked.text if self.marked else ""
        return [quote_json(shown.get(one.label, one.label), one, text) for one in spans_of(value)]

    def to_regions(self, value: Held) -> list[dict[str, Any]]:
        """In code points, with the characters there: Label Studio shows what `text` says in its side panel."""
        rows = [list(row) for _, row in groupby(spans_of(value), lambda one: (one.start, one.end))]
        regions = rows if self.several else [[one] for row in rows for one in row]
        return [self._region(region) for region in regions]

    def _region(self, row: Sequence[MarkedSpan]) -> dict[str, Any]:
        labels = [one.label for one in row]
        body = {"start": row[0].start, "end": row[0].end, "text": row[0].text, "labels": labels}
        return {"from_name": self.name, "to_name": self.to_name, "type": "labels", "value": body}

    def from_regions(self, regions: Sequence[Region]) -> Held:
        """As the screen shows them: what it does not show is not marked. Offsets count, whatever `value.text` says."""
        values = (value for region in regions if isinstance(value := region.get("value"), Mapping))
        return spans_or_none(span for value in values for span in self._marked_by(value))

    def _marked_by(self, value: Mapping[str, Any]) -> Iterable[MarkedSpan]:
        labels = value.get("labels")
        text = self.marked or UnseenText(str(value.get("text") or ""))
        place = text.span(value)
        if place is None or not isinstance(labels, list):
            return []
        said = text.part(*place)
        return [MarkedSpan(*place, label, said) for label in labels if isinstance(label, str) and label]

    def equal(self, first: Held, second: Held) -> bool:
        return first == second

    def partial(self, first: Held, second: Held) -> float:
        """The F1 of spans that both have; a quote without a place is one that the other lacks."""
        if first is None or second is None or first == second:
            return float(first == second)
        one, other = set(self.items(first)), set(self.items(second))
        return 2 * len(one & other) / (len(one) + len(other))

    def classes(self, value: Held) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for label, _ in self.items(value)))

    def items(self, value: Held) -> tuple[tuple[str, Hashable], ...]:
        """Each span by its place; what has none is like no other."""
        located = [(one.label, (one.start, one.end)) for one in spans_of(value)]
        return (*located, *((one.label, (one, number)) for number, one in enumerate(unlocated_of(value))))

    def called(self, value: Held) -> set[str]:
        return set()

    def cell(self, value: Held) -> Any:
        return [_words(one) for one in spans_of(value)]

    def show(self, value: Held) -> str:
        parts = [*map(_words, spans_of(value)), *(f"{one.reason}: {_lost(one)}" for one in unlocated_of(value))]
        return ", ".join(parts) or "(none)"

    def renamed(self, value: Held, renames: Mapping[str, str]) -> Held:
        known = self._lookup.order

        def now(label: str) -> str:
            return label if label in known else renames.get(label, label)

        spans = (replace(one, label=now(one.label)) for one in spans_of(value))
        return spans_or_none(spans, (replace(one, label=now(one.label)) for one in unlocated_of(value)))

    def as_now(self, renames: Mapping[str, str], now: Control | None) -> Self:
        return replace(self, choices=as_now(self.choices, renames, now))

    def as_before(self, formers: Mapping[str, str]) -> Self:
        return replace(self, choices=as_before(self.choices, formers))

    def shared(self, others: Sequence[Control]) -> Self:
        return replace(self, choices=kept_by_all(self.choices, others))


def _words(span: MarkedSpan) -> str:
    return f"{span.label} {quoted(span.text, _EXCERPT)} at {span.start}"


def _lost(quote: UnlocatedQuote) -> str:
    return f"{quote.label} {quoted(quote.text, _EXCERPT)}"


def _more(lost: Sequence[UnlocatedQuote]) -> str:
    why = f" ({lost[0].reason})"
    return why if len(lost) == 1 else f"{why} and {len(lost) - 1} more"


def build_labels(placed: Placed) -> LabelsControl | str:
    """The control of a <Labels> element, or why it isn't supported."""
    element, choices = placed.element, choices_of(listed(placed.element, "Label"))
    if placed.object is None or (why := _unsupported(element, placed.object, choices)):
        return "not supported yet" if placed.object is None else why
    return LabelsControl(
        name=placed.name,
        to_name=placed.to_name,
        source=placed.object.get("value", ""),
        choices=choices,
        several=element.get("choice", "single") == "multiple",
        conditions=placed.conditions,
        heading=tuple(placed.heading),
    )


def _unsupported(element: Element, shown: Element, choices: Sequence[Choice]) -> str:
    """Why it isn't, "" where it is. `shown`: the object that it marks."""
    if shown.tag != "Text" or "," in element.get("toName", ""):
        return f"not supported yet on <{shown.tag}>" if shown.tag != "Text" else "not supported yet on several texts"
    if element.get("value"):
        return "labels that the task brings"
    if shown.get("valueType", "").lower() == "url" or shown.get("encoding", "none").lower() != "none":
        return "its <Text> is loaded or decoded by the browser"
    if "$" not in shown.get("value", ""):
        return "its <Text> shows nothing of the task"
    if any(len(choice.shown) > LONGEST for choice in choices):
        return f"a label of more than {LONGEST:,} characters"
    return "" if choices else "it lists no labels"
