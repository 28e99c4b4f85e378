"""What one line of a prompt is: a label's definition, a labelled example, a list of the labels, or text.

Lines are judged one by one, so that a prompt of many lines is read once and remembered. A line inside the item that
looks like a definition is taken for one: the stand-in has no sure way to tell where an item begins.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from demo.stand_in.fields import Field
from demo.stand_in.told import fold
from demo.stand_in.words import name_words, words

_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_SEPARATOR = re.compile(r"\s*(?::|=(?!>)|\s[-–—]\s)\s*")
_ARROW = re.compile(r"\s*(?:=>|->|→|⇒)\s*")
_CUE = re.compile(r"^(?:answer|label|category|class|output|intent|topic|sentiment)s?\s*[:=]\s*", re.IGNORECASE)
_ITEM = re.compile(
    r"^\W{0,3}(?:\w+ ){0,2}(?:message|text|item|question|query|review|comment|input|ticket|e-?mail|tweet|post|title"
    r"|subject|body|content|sentence|utterance|document|article|abstract|description|customer|user)\s*[:>=]",
    re.IGNORECASE,
)
_PIECES = re.compile(r'[,;:{}\[\]"]')


@dataclass(frozen=True, slots=True, eq=False)
class PromptLine:
    """One line, the labels it names and its words. An `answer` labels the line before, an `item` opens the item;
    `said` is a text as it stands, or the definition of the folded `term`."""

    role: Literal["definition", "example", "answer", "listing", "item", "text"]
    labels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    term: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The labels of some fields, ready to be recognised in a line. `terms` are recognised only where a bullet leads."""

    folded: dict[str, str]
    lists: tuple[tuple[frozenset[str], ...], ...]
    longest: int
    terms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, fields: Sequence[Field]) -> "Names":
        choices = [f.labels for f in fields if f.labels]
        folded = {fold(label): label for labels in choices for label in labels if fold(label)}
        lists = tuple(tuple(frozenset(name_words(label)) for label in labels) for labels in choices if len(labels) > 1)
        terms = frozenset(fold(term) for field in fields if not field.labels for term in field.terms)
        return cls(folded, lists, max(map(len, (*folded, *terms)), default=0), terms)

    def find(self, text: str) -> tuple[str, ...]:
        """The labels `text` consists of: one label, several with commas, or a JSON object with labels as values."""
        if whole := self.folded.get(fold(text)):
            return (whole,)
        return tuple(self.folded[piece] for piece in map(fold, _PIECES.split(text)) if piece in self.folded)


def read_line(raw: str, names: Names) -> PromptLine:
    """What `raw` is, given the labels in `names`."""
    body = _BULLET.sub("", raw, count=1)
    found = _example(body, names) or _definition(body, names, bulleted=body != raw) or _answer(body, names)
    if found:
        return found
    said = words(raw)
    role: Literal["item", "listing", "text"] = "item" if _ITEM.match(body) else "text"
    return PromptLine("listing" if role == "text" and _lists_labels(said, names) else role, words=said, said=raw)


def _example(body: str, names: Names) -> PromptLine | None:
    parts = _ARROW.split(body)
    labels = names.find(parts[-1]) if len(parts) > 1 else ()
    return PromptLine("example", labels, words(" ".join(parts[:-1]))) if labels else None


def _definition(body: str, names: Names, bulleted: bool) -> PromptLine | None:
    if bulleted and (label := names.folded.get(fold(body))):
        return PromptLine("definition", (label,))
    for separator in _SEPARATOR.finditer(body, 0, names.longest + 8):
        named, said = fold(body[: separator.start()]), body[separator.end() :]
        if label := names.folded.get(named):
            return PromptLine("definition", (label,), words(said), named, said)
        if bulleted and named in names.terms:
            return PromptLine("definition", (), (), named, said)
    return None


def _answer(body: str, names: Names) -> PromptLine | None:
    cue = _CUE.match(body)
    labels = names.find(body[cue.end() :]) if cue else names.find(body) if body.lstrip().startswith("{") else ()
    return PromptLine("answer", labels) if labels else None


def _lists_labels(said: Iterable[str], names: Names) -> bool:
    """Whether a line names every label of a field: then it tells what to choose from and nothing about the item."""
    present = set(said)
    return any(all(name and name <= present for name in labels) for labels in names.lists)
