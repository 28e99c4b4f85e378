"""Alignment: which of the tokens that a server reports spell the answer, compared byte by byte.

A token may end inside a letter, thoughts and end marks have tokens too, and servers trim their texts. The answer's text
is one run of the tokens, followed only by end marks and white space.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice

Pieces = tuple[tuple[str, float], ...]
"""A text cut into pieces, each with its natural-log probability."""
_LOST = "\ufffd".encode()
"""What some servers report in place of the bytes of a letter that two tokens share."""
_ENDS = re.compile(rb"(?:\s|<[^<>]{1,40}>|\[[A-Z_/]{1,40}\])*")
_MOST = 100_000
_TRIES = 8
"""Most runs that are looked at."""


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
    for first in islice(_exactly(spoken, spelled), _TRIES) if text else ():
        if _stands_alone(tokens, spoken, first, first + len(spelled)):
            return first
    return None


def rounded(logprob: float) -> float:
    """To 8 significant digits: servers that compute with 32-bit floats write twice as many, which would be stored. Not
    to so many decimals: what certain models say of two answers differs only after many zeros.

    Where a schema forces a token, servers say 0.
    """
    return float(f"{logprob:.8g}") if logprob else logprob


def as_bytes(text: str) -> bytes:
    """UTF-8 that keeps lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def _runs(spoken: bytes, text: str) -> Iterator[tuple[int, Mapping[int, int]]]:
    """The index at which a run of `text` begins, and the letter of `text` that begins at each byte of `spoken`; the
    last run first, since an end mark may hold a short text too."""
    exact = list(islice(_exactly(spoken, as_bytes(text)), _TRIES)) if text else []
    sizes = [len(as_bytes(letter)) for letter in text]
    for first in exact:
        yield first, {position: number for number, position in enumerate(accumulate(sizes, initial=first))}
    first, letters = (0, {}) if exact else _nearly(spoken, text)
    if letters:
        yield first, letters


def _exactly(spoken: bytes, text: bytes) -> Iterator[int]:
    first = spoken.rfind(text)
    while first >= 0:
        yield first
        first = spoken.rfind(text, 0, first + len(text) - 1)


def _nearly(spoken: bytes, text: str) -> tuple[int, Mapping[int, int]]:
    """A run of a text in which letters were lost, as in `_runs`; no letters for none."""
    if not text or _LOST not in spoken or len(text) > _MOST:
        return 0, {}
    either = (re.escape(as_bytes(x)) if x.isascii() else b"(?:%b|(?:%b){1,4})" % (as_bytes(x), _LOST) for x in text)
    matches = list(re.finditer(b"".join(either), spoken))
    return (matches[-1].start(), dict(_letters(spoken, text, matches[-1].start()))) if matches else (0, {})


def _letters(spoken: bytes, text: str, position: int) -> Iterator[tuple[int, int]]:
    """Adjacent lost letters begin where the first of them does."""
    lost = False
    for number, letter in enumerate(text):
        matches = spoken.startswith(as_bytes(letter), position)
        if matches or not lost:
            yield position, number
        if matches:
            position += len(as_bytes(letter))
        elif not lost:
            while spoken.startswith(_LOST, position):
                position += len(_LOST)
        lost = not matches
    yield position, len(text)


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
