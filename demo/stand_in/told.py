"""What a prompt tells about values that are not chosen from a list: phrases of spans, words of a number or a text.

A `Told` has texts by folded name: of a label that marks spans, of a number of a scale, of a control that takes a text.
"""

import re
from collections.abc import Mapping, Sequence

from demo.stand_in.words import stem, words

Told = Mapping[str, Sequence[str]]

Phrase = tuple[str, ...]
"""The compared forms of its words."""

_LISTING = re.compile("[,;]")
_PHRASE = re.compile(r"[^,;:!?()]+")
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_WORDS_BEFORE = 5
_SENTENCE = re.compile(r".+?(?:[.!?。！？](?=\s|$)|$)")


def fold(text: str) -> str:
    """How names are compared: without surrounding quotes, stars and spaces, and without regard to case."""
    return text.strip(" \t\"'`*“”.:").casefold()


def phrases_of(labels: Sequence[str], told: Told) -> dict[Phrase, str]:
    """The label of each phrase that is told, the first of those that share it. What lists nothing is no phrase: it says
    what a label is about."""
    found: dict[Phrase, str] = {}
    for label in labels:
        listed = [text for text in told.get(fold(label), ()) if _LISTING.search(text)]
        for phrase in [phrase for text in listed for phrase in _PHRASE.findall(text)]:
            found.setdefault(tuple(_form(word) for word in _WORD.findall(phrase)), label)
    found.pop((), None)
    return found


def quoted(line: str, phrases: Mapping[Phrase, str]) -> list[dict[str, str]]:
    """The longest phrases that the line has, from left to right, as quotes with the words before."""
    found = []
    longest = max(map(len, phrases), default=0)
    for clause in _PHRASE.finditer(line):
        spoken = list(_WORD.finditer(line, clause.start(), clause.end()))
        while spoken:
            forms = tuple(_form(word[0]) for word in spoken[:longest])
            length = next((n for n in range(len(forms), 0, -1) if forms[:n] in phrases), 0)
            if length:
                found.append(quote(line, spoken[0].start(), spoken[length - 1].end(), phrases[forms[:length]]))
            del spoken[: length or 1]
    return found


def quote(line: str, start: int, end: int, label: str) -> dict[str, str]:
    """The answer's object for `line[start:end]`."""
    return {"label": label, "text": line[start:end], "before": " ".join(line[:start].split()[-_WORDS_BEFORE:])}


def likeliest(line: str, names: Sequence[str], told: Told) -> str | None:
    """Which of `names` shares the most words with the line, the first of equals; None if none shares any."""
    score = {name: shared(line, told.get(fold(name), ())) for name in names}
    best = max(names, key=score.__getitem__, default=None)
    return best if best is not None and score[best] else None


def sentence(line: str, texts: Sequence[str]) -> str:
    """The sentence of the line that shares the most words with `texts`, the first of equals."""
    spoken = [one.strip() for one in _SENTENCE.findall(line)]
    return max(spoken, key=lambda one: shared(one, texts), default="")


def shared(line: str, texts: Sequence[str]) -> int:
    """How many words of the line are in `texts`."""
    return len({*words(line)} & {word for text in texts for word in words(text)})


def _form(word: str) -> str:
    """Words are compared by their stems, numbers by how many digits they have."""
    shape = _DIGIT.sub("0", word.casefold())
    return shape if "0" in shape else stem(shape)
