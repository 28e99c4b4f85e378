"""Alignment: which of the tokens that a server reports spell the answer, compared byte by byte.

A token may end inside a letter, thoughts and end marks have tokens too, and servers trim their texts. The answer's text
is one run of the tokens, followed only by end marks and white space.

Some servers decode each token by itself: a letter that two tokens share is then one to four replacement characters.
Text and tokens may come from anybody, so the search must take linear time. It goes backwards, because there is less
text after an answer than before it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import accumulate, islice, takewhile

from backend.domain.characters import as_bytes

Pieces = tuple[tuple[str, float], ...]
"""A text cut into pieces, each with its natural-log probability."""
_ENDS = re.compile(rb"(?:\s|<[^<>]{1,40}>|\[[A-Z_/]{1,40}\])*")
_TRIES = 8
"""Most runs, or places at which one may end, that are looked at."""
_LOST = "\ufffd".encode()
_FOR_ONE = 4
"""Most replacement characters for one letter."""
_AHEAD = 64
"""Bytes before a row of replacement characters that tell for how many letters it may stand."""
_STEPS = 20
"""Most steps for each letter of a text. A search that goes straight takes at most five."""
_MOST = 100_000
"""Most letters of a text that is looked for."""


def aligned(tokens: Sequence[tuple[bytes, float]], text: str) -> Pieces | None:
    """`text` in pieces with the log-probabilities of the tokens that spell it; None if no run of the tokens does.

    Tokens that share a letter are one piece.
    """
    spoken = b"".join(token for token, _ in tokens)
    for first, letters in _runs(spoken, text):
        if _stands_alone([token for token, _ in tokens], spoken, first, max(letters)):
            return tuple(_pieces(tokens, text, first, letters))
    return None


def start_of(tokens: Sequence[bytes], text: str) -> int | None:
    """The byte of the joined tokens at which `text` begins; None if no run of them is exactly it."""
    spoken, spelled = b"".join(tokens), as_bytes(text)
    for first in islice(_places_of(spoken, spelled), _TRIES) if text else ():
        if _stands_alone(tokens, spoken, first, first + len(spelled)):
            return first
    return None


def rounded(logprob: float) -> float:
    """To 8 significant digits: servers that compute with 32-bit floats write twice as many, which would be stored. Not
    to so many decimals: what certain models say of two answers differs only after many zeros.

    Where a schema forces a token, servers say 0.
    """
    return float(f"{logprob:.8g}") if logprob else logprob


def _runs(spoken: bytes, text: str) -> Iterator[tuple[int, Mapping[int, int]]]:
    """The index at which a run of `text` begins, and the letter of `text` that begins at each byte of `spoken`; the
    last run first, since an end mark may hold a short text too."""
    exact = list(islice(_places_of(spoken, as_bytes(text)), _TRIES)) if text else []
    sizes = [len(as_bytes(letter)) for letter in text]
    for first in exact:
        yield first, {position: number for number, position in enumerate(accumulate(sizes, initial=first))}
    if not exact:
        yield from ((min(letters), letters) for letters in _with_lost_letters(spoken, text))


def _stands_alone(tokens: Sequence[bytes], spoken: bytes, first: int, last: int) -> bool:
    """Whether only white space precedes the run within its first token, and only end marks follow it."""
    start = max(boundary for boundary in accumulate(map(len, tokens), initial=0) if boundary <= first)
    return not spoken[start:first].strip() and _ENDS.fullmatch(spoken, last) is not None


def _pieces(
    tokens: Sequence[tuple[bytes, float]], text: str, first: int, letters: Mapping[int, int]
) -> Iterator[tuple[str, float]]:
    last, end, done, total = max(letters), 0, 0, 0.0
    for token, logprob in tokens:
        start, end = end, end + len(token)
        if end <= first or start >= last or not token:
            continue
        total += logprob
        if (number := letters.get(min(end, last))) is not None:
            yield text[done:number], total
            done, total = number, 0.0


def _places_of(spoken: bytes, part: bytes) -> Iterator[int]:
    """Where `part` begins, the last place first.

    In reversed bytes, because `find` takes linear time and `rfind` does not.
    """
    backwards, reversed_part = spoken[::-1], part[::-1]
    behind = backwards.find(reversed_part)
    while behind >= 0:
        yield len(spoken) - behind - len(part)
        behind = backwards.find(reversed_part, behind + 1)


def _with_lost_letters(spoken: bytes, text: str) -> Iterator[Mapping[int, int]]:
    """The letter of `text` that begins at each byte of a run of it, for each run, the last run first.

    Adjacent lost letters begin where the first of them does. A run is missed where it takes too many tries to tell
    which of many equal letters are lost.
    """
    if not text.isascii() and _LOST in spoken and len(text) <= _MOST:
        letters = _Letters(spoken, text)
        yield from filter(None, map(letters.before, islice(_ends(spoken, text), _TRIES)))


def _ends(spoken: bytes, text: str) -> Iterator[int]:
    """Where a run may end, the last place first."""
    ascii_end = "".join(takewhile(str.isascii, reversed(text)))[::-1]
    parts = {as_bytes(ascii_end)} if ascii_end else {as_bytes(text[-1]), _LOST}
    return merge(*(_ends_of(spoken, part) for part in parts), reverse=True)


def _ends_of(spoken: bytes, part: bytes) -> Iterator[int]:
    return (first + len(part) for first in _places_of(spoken, part))


class _Letters:
    """The letters of a text, and the bytes among which they are looked for.

    Where it is not clear for how many letters a row of replacement characters stands, the fewest are tried first.
    """

    def __init__(self, spoken: bytes, text: str) -> None:
        self._spoken, self._text = spoken, as_bytes(text)
        self._letters = [as_bytes(letter) for letter in text]
        self._starts = list(accumulate(map(len, self._letters), initial=0))
        self._steps = _STEPS * len(text)

    def before(self, end: int) -> dict[int, int]:
        """The letter that begins at each byte of the run that ends at `end`; {} for none."""
        path: list[tuple[int, int]] = []
        untried = [(len(self._letters), end, 0)]
        while untried and self._steps > 0:
            number, position, done = untried.pop()
            path[done:] = [(position, number)]
            if number == 0:
                return dict(path)
            self._steps -= 1
            untried += ((before, start, done + 1) for before, start in self._previous(number, position))
        return {}

    def _previous(self, number: int, position: int) -> Sequence[tuple[int, int]]:
        """What the bytes before `position` may be, if letter `number` begins there: the first letter of it and the byte
        at which that begins. The most letters first."""
        letter = self._letters[number - 1]
        if letter != _LOST and self._spoken.endswith(letter, 0, position):
            return [(number - 1, position - len(letter))]
        return list(self._lost(number, position))[::-1]

    def _lost(self, number: int, end: int) -> Iterator[tuple[int, int]]:
        first = end
        while self._spoken.endswith(_LOST, 0, first):
            first -= len(_LOST)
        row = (end - first) // len(_LOST)
        self._steps -= row
        for left in range(number - 1, max(number - row, 0) - 1, -1):
            most = _FOR_ONE * (number - left)
            if self._letters[left].isascii():
                return
            if left == 0:
                yield 0, end - min(row, most) * len(_LOST)
            elif row <= most and self._agree(left, first):
                yield left, first

    def _agree(self, number: int, position: int) -> bool:
        """Whether the bytes before `position` end as the text before letter `number` does."""
        row = self._spoken.rfind(_LOST, max(0, position - _AHEAD - len(_LOST) + 1), position)
        start = self._starts[number]
        size = min(_AHEAD, position - (row + len(_LOST) if row >= 0 else 0), start)
        used_up = size == position and size < start
        return size > 0 and not used_up and self._spoken[position - size : position] == self._text[start - size : start]
