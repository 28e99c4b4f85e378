"""Large JSON: reads and writes JSON one item at a time. `json.loads` of 43 MB stops all other threads for a second, and
/health must answer within a second.

The same values and the same errors as `json`'s own; only the lists of the outermost object come in pieces.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

SMALL = 1_000_000
"""Bytes of JSON that is read beside others."""
_LARGE = threading.Lock()
Keep = Callable[[Any], Any]
_skip = re.compile(r"[ \t\n\r]*").match
_decoder = json.JSONDecoder()


def read_json(data: bytes, keep: Keep = lambda item: item) -> Any:
    """What `json.loads(data)` gives, with each item of the outermost object's lists put through `keep`.

    One large text at a time: none is read sooner when several are read at once, and others wait longer.
    Raises ValueError for what is not valid JSON, RecursionError for what is nested too deeply.
    """
    with _LARGE if len(data) > SMALL else nullcontext():
        return _Reader(data.decode(json.detect_encoding(data), "surrogatepass"), keep).whole()


def json_pieces(name: str, items: Sequence[Any]) -> Iterator[bytes]:
    """{name: items}, an item at a time."""
    yield f"{{{json.dumps(name)}:[".encode()
    for number, item in enumerate(items):
        yield f"{',' if number else ''}{json.dumps(item, separators=(',', ':'))}".encode()
    yield b"]}\n"


class _Reader:
    def __init__(self, text: str, keep: Keep) -> None:
        self._text = text
        self._keep = keep
        self._at = 0

    def whole(self) -> Any:
        value = self._object() if self._next() == "{" else self._value()
        if self._next():
            raise ValueError("there is something after the value")
        return value

    def _object(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for _ in self._items("{", "}"):
            name = self._value()
            if not isinstance(name, str):
                raise ValueError("a name is not a string")
            self._take(":")
            members[name] = self._list() if self._next() == "[" else self._value()
        return members

    def _list(self) -> list[Any]:
        return [self._keep(self._value()) for _ in self._items("[", "]")]

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Stops before each item, for the caller to take it."""
        self._take(opening)
        if self._next() != closing:
            yield
            while self._next() == ",":
                self._take(",")
                yield
        self._take(closing)

    def _value(self) -> Any:
        self._next()
        value, self._at = _decoder.raw_decode(self._text, self._at)
        return value

    def _take(self, character: str) -> None:
        if self._next() != character:
            raise ValueError(f"{character} is missing")
        self._at += 1

    def _next(self) -> str:
        """The next character that is not a space; "" at the end."""
        space = _skip(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]
