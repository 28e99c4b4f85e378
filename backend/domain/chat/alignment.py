"""Alignment: which of the tokens that a server reports spell the answer, compared byte by byte.

A token may end inside a letter, thoughts and end marks have tokens too, and servers trim their texts. The answer's text
is one run of the tokens, followed only by end marks and white space.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

Pieces = tuple[tuple[str, float], ...]
"""A text cut into pieces, each with its natural-log probability."""
_LOST = "\ufffd".encode()
"""What some servers report in place of the bytes of a letter that two tokens share."""
_ENDS = re.compile(rb"(?:\s|<[^<>]{1,40}>|\[[A-Z_/]{1,40}\])*")
_MOST = 100_000


def aligned(tokens: Sequence[tuple[bytes, float]], text: str) -> Pieces | None:
    """`text` in pieces with the log-probabilities of the tokens that spell it; None if no run of the tokens does.

    Tokens that share a letter are one piece.
    """
    spoken = b"".join(token for token, _ in tokens)
    first, letters = _exactly(spoken, text) or _nearly(spoken, text)
    if not letters or not _stands_alone(tokens, spoken, first, max(letters)):
        return None
    return tuple(_pieces(tokens, text, first, letters))


def as_bytes(text: str) -> bytes:
    """UTF-8 that keeps lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def _exactly(spoken: bytes, text: str) -> tuple[int, Mapping[int, int]] | None:
    """The index at which the last run begins, and the letter of `text` that begins at each byte of `spoken`."""
    first = spoken.rfind(as_bytes(text)) if text else -1
    if first < 0:
        return None
    starts = accumulate((len(as_bytes(letter)) for letter in text), initial=first)
    return first, {place: number for number, place in enumerate(starts)}


def _nearly(spoken: bytes, text: str) -> tuple[int, Mapping[int, int]]:
    """The same for texts in which letters were lost."""
    if not text or _LOST not in spoken or len(text) > _MOST:
        return 0, {}
    either = (re.escape(as_bytes(x)) if x.isascii() else b"(?:%b|(?:%b){1,4})" % (as_bytes(x), _LOST) for x in text)
    matches = list(re.finditer(b"".join(either), spoken))
    return (matches[-1].start(), dict(_letters(spoken, text, matches[-1].start()))) if matches else (0, {})


def _letters(spoken: bytes, text: str, place: int) -> Iterator[tuple[int, int]]:
    """Adjacent lost letters begin where the first of them does."""
    lost = False
    for number, letter in enumerate(text):
        matches = spoken.startswith(as_bytes(letter), place)
        if matches or not lost:
            yield place, number
        if matches:
            place += len(as_bytes(letter))
        elif not lost:
            while spoken.startswith(_LOST, place):
                place += len(_LOST)
        lost = not matches
    yield place, len(text)


def _stands_alone(tokens: Sequence[tuple[bytes, float]], spoken: bytes, first: int, last: int) -> bool:
    """Whether only white space precedes the run within its first token, and only end marks follow it."""
    start = max(place for place in accumulate((len(token) for token, _ in tokens), initial=0) if place <= first)
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
