"""Answer: what was said about one task, by a model or by a person: the value of each control.

The kinds of value are a closed union, so that mypy finds every place that does not know a new one. Values that say the
same are equal. A control that holds nothing, because it was left empty or is not on the screen, has None.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backend.domain.relations import Relations
from backend.domain.repeated import Repeated
from backend.domain.shapes.marked_box import Boxes


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a control, as they are stored, in the order of the labelling config; at least one."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Free texts, kept as they were written; at least one. They are equal when they are the same words, in any order of
    the texts: what differs in white space or in Unicode's forms of a letter says nothing else."""

    texts: tuple[str, ...] = field(compare=False)
    key: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", tuple(sorted(map(_words, self.texts))))


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A stretch of a task's text and its label, as it is stored: [start, end) in code points.

    text: the characters there
    tier: how the quote was found, see `domain.labels.placement`; "" where a person marked it
    position: as a region names it, where start and end are not its offsets
    attributes: what is said of the span beside its label, by the name of the control that says it; nothing of those
        that were left empty
    refs: how relations mean it
    item: its number in a model's list, from 0
    score: its own confidence, None if there is none
    attribute_scores: that of attributes, by name
    """

    start: int
    end: int
    label: str
    text: str = field(default="", compare=False)
    tier: str = field(default="", compare=False)
    position: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    attributes: "tuple[tuple[str, AnswerValue], ...]" = ()
    refs: tuple[str, ...] = field(default=(), compare=False, repr=False)
    item: int | None = field(default=None, compare=False, repr=False)
    score: float | None = field(default=None, compare=False, repr=False)
    attribute_scores: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> tuple[int, int, str]:
        """Spans of one place and label are one span."""
        return self.start, self.end, self.label


@dataclass(frozen=True, slots=True, order=True)
class UnlocatedQuote:
    """What a model quoted and labelled, but the text does not have, or has in several places; see
    `domain.labels.placement.location.REASONS`. `ref`: how relations mean it."""

    label: str
    text: str
    reason: str
    ref: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Spans:
    """Marked stretches of a text, each once, in the order of the text, with the quotes that have no place; at least one
    of them. An answer with such a quote is not equal to one without."""

    spans: tuple[MarkedSpan, ...]
    unlocated: tuple[UnlocatedQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number: a rating, a count, a measure."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time of day, both, a month or a year, as ISO 8601 says it: `2024-02-03`, `04:05`, `2024-02-03T04:05`,
    `2024-02` or `2024`. Without a time zone."""

    iso: str


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in a tree, from the root on, as they are stored, each once; at least one. Their order says nothing."""

    paths: tuple[tuple[str, ...], ...] = field(compare=False)
    key: tuple[tuple[str, ...], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", tuple(sorted(self.paths)))


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ids of all items of a list, each once, from the first place to the last."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Ids of the items of a list by the bucket that holds them, as it is stored; of pictures by their labels, which may
    be several. The order within a bucket says nothing."""

    groups: tuple[tuple[str, tuple[str, ...]], ...] = field(compare=False)
    key: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs = ((item, bucket) for bucket, ids in self.groups for item in ids)
        object.__setattr__(self, "key", tuple(sorted(pairs)))


@dataclass(frozen=True, slots=True)
class LabelDefinitions:
    """What a teacher says of labels: (control, label, sentence) of each."""

    entries: tuple[tuple[str, str, str], ...]


Plain = Labels | Texts | Spans | Relations | Number | Moment | Paths | Ranking | Groups | Boxes
AnswerValue = Plain | Repeated | LabelDefinitions

Answer = Mapping[str, AnswerValue | None]
"""Control name -> value; the same type for a prediction and for a ground truth."""


def labels_or_none(names: Iterable[str]) -> Labels | None:
    """None for no label."""
    labels = tuple(names)
    return Labels(labels) if labels else None


def names_of(value: AnswerValue | None) -> tuple[str, ...]:
    """The labels in a value, as they are stored; () for one of another kind."""
    return value.names if isinstance(value, Labels) else ()


def texts_of(value: AnswerValue | None) -> tuple[str, ...]:
    """The texts in a value; () for one of another kind."""
    return value.texts if isinstance(value, Texts) else ()


def number_of(value: AnswerValue | None) -> int | float | None:
    """The number in a value; None for one of another kind."""
    return value.value if isinstance(value, Number) else None


def moment_of(value: AnswerValue | None) -> str | None:
    """The date or time in a value; None for one of another kind."""
    return value.iso if isinstance(value, Moment) else None


def paths_of(value: AnswerValue | None) -> tuple[tuple[str, ...], ...]:
    """The paths in a value; () for one of another kind."""
    return value.paths if isinstance(value, Paths) else ()


def paths_or_none(paths: Iterable[tuple[str, ...]]) -> Paths | None:
    """Equal paths once; None for none."""
    distinct = tuple(dict.fromkeys(paths))
    return Paths(distinct) if distinct else None


def ranking_of(value: AnswerValue | None) -> tuple[str, ...]:
    """The ids in a value, the first place first; () for one of another kind."""
    return value.ids if isinstance(value, Ranking) else ()


def buckets_of(value: AnswerValue | None) -> dict[str, tuple[str, ...]]:
    """Id -> the buckets that hold it, by name; {} for a value of another kind."""
    held: dict[str, tuple[str, ...]] = {}
    for item, bucket in value.key if isinstance(value, Groups) else ():
        held[item] = (*held.get(item, ()), bucket)
    return held


def spans_of(value: AnswerValue | None) -> tuple[MarkedSpan, ...]:
    """The spans in a value; () for one of another kind."""
    return value.spans if isinstance(value, Spans) else ()


def unlocated_of(value: AnswerValue | None) -> tuple[UnlocatedQuote, ...]:
    """The quotes without a place in a value; () for one of another kind."""
    return value.unlocated if isinstance(value, Spans) else ()


def spans_or_none(spans: Iterable[MarkedSpan], unlocated: Iterable[UnlocatedQuote] = ()) -> Spans | None:
    """Spans of one place and label once, the first wins, in the order of the text; None for nothing."""
    by_key: dict[tuple[int, int, str], MarkedSpan] = {}
    for span in spans:
        first = by_key.setdefault(span.key, span)
        if first is not span and span.refs:
            by_key[span.key] = replace(first, refs=first.refs + span.refs)
    value = Spans(tuple(by_key[key] for key in sorted(by_key)), tuple(sorted(unlocated)))
    return value if value.spans or value.unlocated else None


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
