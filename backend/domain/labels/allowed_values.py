"""AllowedValues: the texts that a control's value may have in a model's JSON, and what may follow a part of one.

For controls with known labels: one label, a label or null, or a list of labels. A list may repeat a label, because the
JSON schema cannot forbid it. White space between values does not count.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_WHOLE = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BLANKS = b" \t\r\n"
_REMEMBERED = 20_000
"""Parts of values whose continuations are kept, for each control."""


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

    def spelt_as(self, value: bytes) -> "AllowedValues | None":
        """The same values in the letters in which `value` is written; None if it is not one of them."""
        other = self if self._ascii_only else AllowedValues(self._labels, self._listed, ascii_only=True)
        for spelling in (self, other):
            said = spelling.follow(b"", value)
            if said is not None and not spelling.options(said):
                return spelling
        return None

    def options(self, said: bytes) -> tuple[bytes, ...]:
        """All that may follow a part of a value: the rest of each label, or a mark of the list. () after the value."""
        found = self._known.get(said)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[said] = self._listing(said) if self._listed else self._rests(said)
        return found

    def follow(self, said: bytes, token: bytes) -> bytes | None:
        """The part of a value that `said` and `token` make; what is beyond its end is left out. None if no value
        begins like that."""
        for place in range(len(token)):
            byte, options = token[place : place + 1], self.options(said)
            if not options:
                return said
            if any(option.startswith(byte) for option in options):
                said += byte
            elif byte not in _BLANKS or not self._between(said):
                return None
        return said

    def is_forced(self, said: bytes, token: bytes) -> bool:
        """Whether nothing but `token` could follow `said`. `token` is part of an allowed value."""
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
