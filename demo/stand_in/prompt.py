"""From the messages of a request to probabilities: finds labels, definitions, examples and the text among their lines.

What does not change from one item to the next (the fields, the messages before the last, the lines that define labels)
is read once and remembered. What is remembered makes answers quicker, never different.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from demo.stand_in.fields import Field, fields_of_schema, fields_of_system, heading, with_rules
from demo.stand_in.likeness import Answered, Likeness
from demo.stand_in.lines import Names, PromptLine, read_line
from demo.stand_in.overlap import Overlap
from demo.stand_in.relate import with_relations
from demo.stand_in.told import Told, fold
from demo.stand_in.words import name_words, words

_MARK = re.compile(r"^</?item-[0-9a-f]{6}>$\n?", re.MULTILINE)
"""A line that only says where the data begins or ends, as the system message explains."""

Said = tuple[str, str]
"""One message: its role and its text."""

Evidence = tuple[PromptLine, PromptLine]
"""A line that names labels and the line with the words that speak for them (often the same line)."""

Estimate = tuple[Field, tuple[float, ...]]
"""A field and the probability of each of its options."""


def distribution(
    messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any] | None = None
) -> dict[str, dict[str | None, float]]:
    """Field -> label -> probability, exactly as the stand-in answers and samples.

    The labels of a single choice add up to 1 (with None among them where null is allowed); those of a multiple choice
    are independent of each other. Keys that have no labels are left out.
    """
    return {
        field.name: dict(zip(field.options, chances, strict=True))
        for field, chances in estimates(messages, schema)
        if field.labels
    }


def estimates(messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any] | None = None) -> list[Estimate]:
    """Every field of the answer with its probabilities; empty if neither `schema` nor the system message has any."""
    said = tuple((str(message.get("role")), text_of(message)) for message in messages)
    last = max((i for i, (role, _) in enumerate(said) if role == "user"), default=len(said))
    fields = fields_of_schema(schema or {})
    if not schema or any(field.writes or field.many or field.each for field in fields):
        spoken = _fields_of(said[:last])
        fields = with_rules(fields, spoken) if schema else spoken
    if not fields:
        return []
    item = _MARK.sub("", said[last][1]) if last < len(said) else ""
    return _preface(fields, said[:last]).estimate(item)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, whose content is a string, a list of parts or missing."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return str(content or "")


@lru_cache(maxsize=64)
def _fields_of(said: tuple[Said, ...]) -> tuple[Field, ...]:
    return fields_of_system("\n".join(text for role, text in said if role in ("system", "developer")))


class _Preface:
    """All that comes before the user message to be answered, already read."""

    def __init__(self, fields: tuple[Field, ...], said: tuple[Said, ...]) -> None:
        self._fields = fields
        names = Names.of(fields)
        self._line = lru_cache(maxsize=4096)(partial(read_line, names=names))
        self._overlaps = lru_cache(maxsize=64)(self._weigh)
        self._bags = {field.name: [list(name_words(label)) for label in field.labels] for field in fields}
        self._told: dict[str, list[str]] = {term: [] for term in names.terms}
        answered: list[Answered] = []
        for field, evidence in self._spoken(said, answered):
            _add(self._bags, [field] if field else fields, [evidence])
            _tell(self._told, [evidence])
        self._likeness = Likeness(answered)

    def estimate(self, item: str) -> list[Estimate]:
        """The probabilities of every field, given the user message `item`."""
        texts, evidence = self._sort(item)
        seen = {word: None for line in texts for word in line.words}
        told, found = self._told_with(evidence), []
        for overlap in self._overlaps(evidence):
            alike = self._likeness.scores(overlap.field, seen)
            found.append((overlap.field.about(item, told), tuple(overlap.probabilities(seen, alike))))
        return with_relations(found, item)

    def _told_with(self, evidence: tuple[Evidence, ...]) -> Told:
        told = {term: list(texts) for term, texts in self._told.items()}
        _tell(told, evidence)
        return told

    def _weigh(self, evidence: tuple[Evidence, ...]) -> tuple[Overlap, ...]:
        bags = {name: [list(bag) for bag in of_labels] for name, of_labels in self._bags.items()}
        _add(bags, self._fields, evidence)
        return tuple(Overlap.of(field, bags[field.name]) for field in self._fields)

    def _sort(self, item: str) -> tuple[list[PromptLine], tuple[Evidence, ...]]:
        """The lines of a user message that are the item, and those that are evidence."""
        texts: list[PromptLine] = []
        evidence: list[Evidence] = []
        told = 0
        for line in self._lines(item):
            if line.role in ("text", "item"):
                texts.append(line)
                continue
            if line.role in ("definition", "example"):
                evidence.append((line, line))
            elif line.role == "answer":
                start = _asked_from(texts, told)
                evidence += [(line, text) for text in texts[start:]]
                del texts[start:]
            told = len(texts)
        return _item(texts, told), tuple(evidence)

    def _lines(self, item: str) -> list[PromptLine]:
        """The lines of a user message. The last is text if it looks like an answer or stands alone, whatever it is."""
        raws = item.rstrip().splitlines()
        lines = [self._line(raw) for raw in raws if raw and not raw.isspace()]
        if lines and lines[-1].role not in ("text", "item"):
            alone = not "".join(raws[-2:-1]).strip()
            if alone or lines[-1].role == "answer":
                lines[-1] = PromptLine("text", words=words(raws[-1]), said=raws[-1])
        return lines

    def _spoken(self, said: Iterable[Said], answered: list[Answered]) -> Iterator[tuple[Field | None, Evidence]]:
        """The evidence in earlier messages: what the system defines and users say themselves. User messages that the
        assistant has answered are added to `answered`."""
        asked: list[PromptLine] = []
        for role, text in said:
            if role == "user":
                asked, evidence = self._sort(text)
                yield from ((None, pair) for pair in evidence)
            elif role == "assistant":
                answered += self._answered(asked, text)
            else:
                yield from self._described(text)

    def _described(self, text: str) -> Iterator[tuple[Field | None, Evidence]]:
        by_name = {field.name: field for field in self._fields}
        field: Field | None = None
        for raw in text.splitlines():
            if opening := heading(raw):
                field = by_name.get(opening[0])
            elif (line := self._line(raw)).role in ("definition", "example"):
                yield field, (line, line)

    def _answered(self, asked: Sequence[PromptLine], answer: str) -> Iterator[Answered]:
        try:
            values = json.loads(answer)
        except ValueError:
            return
        said = frozenset(word for line in asked for word in line.words)
        for field in self._fields if isinstance(values, dict) else ():
            value = values.get(field.name)
            labels = tuple(label for label in (value if isinstance(value, list) else [value]) if isinstance(label, str))
            yield Answered(field.name, labels, said)
            if not field.labels:
                self._learn(field, value, " ".join(line.said for line in asked))

    def _learn(self, field: Field, value: Any, asked: str) -> None:
        """What an answered message tells of values that are no labels: quotes, a text, or its words about a number."""
        for one in value if isinstance(value, list) else [value]:
            term, said = str(one), asked
            if field.marks and isinstance(one, dict):
                term, said = str(one.get("label")), f"{one.get('text')},"
            elif field.writes:
                term, said = field.name, str(one)
            self._told.get(fold(term), []).append(said)


_preface = lru_cache(maxsize=256)(_Preface)


def _asked_from(texts: list[PromptLine], told: int) -> int:
    """Where the text begins that an answer line labels: at the line that opens it, or it is just the line before."""
    opened = [place for place in range(told, len(texts)) if texts[place].role == "item"]
    return opened[-1] if opened else max(told, len(texts) - 1)


def _item(texts: list[PromptLine], told: int) -> list[PromptLine]:
    """Those of `texts` that are the item: from the line that opens it on, else what follows the evidence, else all."""
    opens = next((place for place, line in enumerate(texts) if line.role == "item"), told)
    return texts[opens:] or texts


def _add(bags: dict[str, list[list[str]]], fields: Iterable[Field], evidence: Iterable[Evidence]) -> None:
    for field in fields:
        places = {label: place for place, label in enumerate(field.labels)}
        for named, spoken in evidence:
            for label in named.labels:
                if label in places:
                    bags[field.name][places[label]].extend(spoken.words)


def _tell(told: Mapping[str, list[str]], evidence: Iterable[Evidence]) -> None:
    """Adds the definitions of the terms that are in `told`."""
    for line, _ in evidence:
        if line.term in told and line.said.strip():
            told[line.term].append(line.said)
