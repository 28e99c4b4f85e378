"""A JSON list in pieces: the same bytes as in one piece, and as many as it says."""

import pytest

from backend.adapters.label_studio.json_body import PIECE, JsonList


@pytest.mark.parametrize(
    "items",
    [
        [],
        [b"1"],
        [b"1", b'{"a": 2}'],
        [b"7" * PIECE] * 3,
        [b"7" * (PIECE - 1), b"8"],
        [b"[%d]" % n for n in range(50_000)],
    ],
)
def test_the_pieces_are_the_list(items: list[bytes]) -> None:
    body = JsonList(items)
    assert b"".join(body) == b"[" + b",".join(items) + b"]"
    assert body.size == len(b"".join(body)), "it can be read more than once"


def test_pieces_are_neither_small_nor_large() -> None:
    lengths = [len(piece) for piece in JsonList([b"x" * 1000] * 1000)]
    assert len(lengths) == 16
    assert all(PIECE <= length < PIECE + 1001 for length in lengths[:-1])
