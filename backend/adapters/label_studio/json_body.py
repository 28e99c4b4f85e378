"""JSON bodies of requests to Label Studio. A long list is sent piece by piece: as one text it would be in memory twice
more."""

from collections.abc import Iterator, Sequence
from typing import Any

JSON_TYPE = {"Content-Type": "application/json"}
PIECE = 65_536
"""Bytes that a piece has at least, except the last."""


class JsonList:
    """`items`: its elements, each as JSON."""

    def __init__(self, items: Sequence[bytes]) -> None:
        self._items = items

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self._items)) + max(len(self._items) - 1, 0) + len("[]")

    def __iter__(self) -> Iterator[bytes]:
        piece, between = bytearray(b"["), b""
        for item in self._items:
            piece += between + item
            between = b","
            if len(piece) >= PIECE:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece + b"]")


def content_of(body: Any) -> dict[str, Any]:
    """A request's body as httpx takes it. A list in pieces says how long it is: not every proxy takes a body of unknown
    length."""
    if isinstance(body, JsonList):
        return {"content": body, "headers": JSON_TYPE | {"Content-Length": str(body.size)}}
    return {"content": body, "headers": JSON_TYPE} if isinstance(body, bytes) else {"json": body}
