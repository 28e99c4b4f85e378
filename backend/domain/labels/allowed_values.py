"""AllowedValues: the texts that a control's value may have in a model's JSON, and what may follow a part of one.

For controls with known labels: one label, a label or null, or a list of labels. A list may repeat a label, because the
JSON schema cannot forbid it. White space between values does not count.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

_WHOLE = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BLANKS = b" \t\r\n"
_REMEMBERED = 20_000
"""Most parts of values of which is kept what may follow: a hundred thousand answers are a few texts."""
Asked = TypeVar("Asked")
Found = TypeVar("Found")


class AllowedValues:
    """labels: the JSON values, each a text or None
    listed: whether a value is a list of them
    ascii_only: whether other letters are written as JSON's escapes
    """

    def __init__(self, labels: Sequence[str | None], listed: bool = False, ascii_only: bool = False) -> None:
        self._labels, self._listed, self._ascii_only = labels, listed, ascii_only
        self._spelt = tuple(
            json.dumps(label, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") for label in labels
        )
        self._known: dict[bytes, tuple[bytes, ...]] = {}
        self._followed: dict[tuple[bytes, bytes], bytes | None] = {}
        self._forced: dict[tuple[bytes, bytes], bool] = {}
        self._reached: dict[tuple[bytes, bytes], frozenset[bytes]] = {}

    def spelt_as(self, value: bytes) -> "AllowedValues | None":
        """The same values in the letters in which `value` is written; None if it is not one of them."""
        if self._is_whole(value):
            return self
        if self._ascii_only or b"\\" not in value:
            return None
        return AllowedValues(self._labels, self._listed, ascii_only=True).spelt_as(value)

    def _is_whole(self, value: bytes) -> bool:
        said = self.follow(b"", value)
        return said is not None and not self.options(said)

    def options(self, said: bytes) -> tuple[bytes, ...]:
        """All that may follow a part of a value: the rest of each label, or a mark of the list. () after the value."""
        return _remembered(self._known, said, lambda: self._listing(said) if self._listed else self._rests(said))

    def follow(self, said: bytes, token: bytes) -> bytes | None:
        """The part of a value that `said` and `token` make; what is beyond its end is left out. None if no value
        begins like that."""
        try:
            return self._followed[said, token]
        except KeyError:
            return _remembered(self._followed, (said, token), lambda: self._follow(said, token))

    def _follow(self, said: bytes, token: bytes) -> bytes | None:
        for place in range(len(token)):
            byte, options = token[place : place + 1], self.options(said)
            if not options:
                return said
            if any(option.startswith(byte) for option in options):
                said += byte
            elif byte not in _BLANKS or not self._between(said):
                return None
        return said

    def reached(self, said: bytes, part: bytes) -> frozenset[bytes]:
        """The options after `said` to which `part`, which begins with it, leads, or behind which it already is."""
        return _remembered(self._reached, (said, part), lambda: self._reach(said, part[len(said) :]))

    def _reach(self, said: bytes, tail: bytes) -> frozenset[bytes]:
        return frozenset(option for option in self.options(said) if option.startswith(tail) or tail.startswith(option))

    def is_forced(self, said: bytes, token: bytes) -> bool:
        """Whether nothing but `token` could follow `said`. `token` is part of an allowed value."""
        return _remembered(self._forced, (said, token), lambda: self._is_forced(said, token))

    def _is_forced(self, said: bytes, token: bytes) -> bool:
        after = self.follow(said, token)
        if after is None:
            return False
        parts = (after[:end] for end in range(len(said), len(after)))
        return all(len({option[:1] for option in self.options(part)}) == 1 for part in parts)

    def _between(self, said: bytes) -> bool:
        """Whether `said` ends outside of a label."""
        return not said or (self._listed and b'"' not in _WHOLE.sub(b"", said))

    def _rests(self, said: bytes) -> tuple[bytes, ...]:
        return tuple(label[len(said) :] for label in self._spelt if label.startswith(said) and label != said)

    def _listing(self, said: bytes) -> tuple[bytes, ...]:
        marks = _WHOLE.sub(b"", said)
        if b'"' in marks:
            return self._rests(said[len(_last_mark(said)) :])
        if not said:
            return (b"[",)
        if said.endswith(b'"'):
            return (b",", b"]")
        return () if marks.endswith(b"]") else (*self._spelt, *((b"]",) if said == b"[" else ()))


def _remembered(kept: dict[Asked, Found], asked: Asked, find: Callable[[], Found]) -> Found:
    """What was found before, else what `find` finds."""
    try:
        return kept[asked]
    except KeyError:  # not `in`: another thread may clear it
        if len(kept) >= _REMEMBERED:
            kept.clear()
    found = kept[asked] = find()
    return found


def _last_mark(said: bytes) -> bytes:
    """The part of a list before the label that is not complete."""
    end = 1
    while match := _WHOLE.match(said, end):
        end = match.end() + 1
    return said[:end]


def allowed_values(schema: Mapping[str, Any]) -> AllowedValues | None:
    """The values that the JSON schema of a control allows; None where it does not list labels."""
    listed = schema.get("type") == "array"
    labels = (schema["items"] if listed else schema).get("enum")
    if not labels or not all(label is None or isinstance(label, str) for label in labels):
        return None
    return AllowedValues(labels, listed)
