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
Key = TypeVar("Key")
Value = TypeVar("Value")


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
        self._options: dict[bytes, tuple[bytes, ...]] = {}
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
        prefix = self.follow(b"", value)
        return prefix is not None and not self.options(prefix)

    def options(self, prefix: bytes) -> tuple[bytes, ...]:
        """All that may follow a part of a value: the rest of each label, or a mark of the list. () after the value."""
        return _remembered(
            self._options, prefix, lambda: self._listing(prefix) if self._listed else self._rests(prefix)
        )

    def follow(self, prefix: bytes, token: bytes) -> bytes | None:
        """The part of a value that `prefix` and `token` make; what is beyond its end is left out. None if no value
        begins like that."""
        try:
            return self._followed[prefix, token]
        except KeyError:
            return _remembered(self._followed, (prefix, token), lambda: self._follow(prefix, token))

    def _follow(self, prefix: bytes, token: bytes) -> bytes | None:
        for index in range(len(token)):
            byte, options = token[index : index + 1], self.options(prefix)
            if not options:
                return prefix
            if any(option.startswith(byte) for option in options):
                prefix += byte
            elif byte not in _BLANKS or not self._between(prefix):
                return None
        return prefix

    def reached(self, prefix: bytes, part: bytes) -> frozenset[bytes]:
        """The options after `prefix` to which `part`, which begins with it, leads, or behind which it already is."""
        return _remembered(self._reached, (prefix, part), lambda: self._reach(prefix, part[len(prefix) :]))

    def _reach(self, prefix: bytes, tail: bytes) -> frozenset[bytes]:
        return frozenset(
            option for option in self.options(prefix) if option.startswith(tail) or tail.startswith(option)
        )

    def is_forced(self, prefix: bytes, token: bytes) -> bool:
        """Whether nothing but `token` could follow `prefix`. `token` is part of an allowed value."""
        return _remembered(self._forced, (prefix, token), lambda: self._is_forced(prefix, token))

    def _is_forced(self, prefix: bytes, token: bytes) -> bool:
        after = self.follow(prefix, token)
        if after is None:
            return False
        parts = (after[:end] for end in range(len(prefix), len(after)))
        return all(len({option[:1] for option in self.options(part)}) == 1 for part in parts)

    def _between(self, prefix: bytes) -> bool:
        """Whether `prefix` ends outside of a label."""
        return not prefix or (self._listed and b'"' not in _WHOLE.sub(b"", prefix))

    def _rests(self, prefix: bytes) -> tuple[bytes, ...]:
        return tuple(label[len(prefix) :] for label in self._spelt if label.startswith(prefix) and label != prefix)

    def _listing(self, prefix: bytes) -> tuple[bytes, ...]:
        marks = _WHOLE.sub(b"", prefix)
        if b'"' in marks:
            return self._rests(prefix[len(_last_mark(prefix)) :])
        if not prefix:
            return (b"[",)
        if prefix.endswith(b'"'):
            return (b",", b"]")
        return () if marks.endswith(b"]") else (*self._spelt, *((b"]",) if prefix == b"[" else ()))


def _remembered(memory: dict[Key, Value], key: Key, find: Callable[[], Value]) -> Value:
    """What was found before, else what `find` finds."""
    try:
        return memory[key]
    except KeyError:  # not `in`: another thread may clear it
        if len(memory) >= _REMEMBERED:
            memory.clear()
    value = memory[key] = find()
    return value


def _last_mark(prefix: bytes) -> bytes:
    """The part of a list before the label that is not complete."""
    end = 1
    while match := _WHOLE.match(prefix, end):
        end = match.end() + 1
    return prefix[:end]


def allowed_values(schema: Mapping[str, Any]) -> AllowedValues | None:
    """The values that the JSON schema of a control allows; None where it does not list labels."""
    listed = schema.get("type") == "array"
    labels = (schema["items"] if listed else schema).get("enum")
    if not labels or not all(label is None or isinstance(label, str) for label in labels):
        return None
    return AllowedValues(labels, listed)
