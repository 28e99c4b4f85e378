"""Tokens as the text under which they are stored: the same items, read only where they are wanted."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.branch import Branch
from backend.domain.chat.packed import PackedBranches, PackedPieces, as_json, packed, unpacked
from tests.scripted import any_text, completion

PIECES = (('{"mood"', -0.25), (": 💀é", -1e-300), ("\udcf0", 0.0))
BRANCHES = (Branch(-1, "Go", -0.5, (("Go", -0.5), ("\udc80", -1.123456))), Branch(3, "", -2.0, ()))


def test_packed_tokens_are_the_items_that_they_hold() -> None:
    both: list[tuple[Any, Any]] = [(PackedPieces.of(PIECES), PIECES), (PackedBranches.of(BRANCHES), BRANCHES)]
    for held, items in both:
        assert unpacked(held) == items == tuple(held)
        assert [held == items, items == held, held == type(held).of(items)] == [True] * 3
        assert (len(held), held[1], held[:1]) == (len(items), items[1], items[:1])
        assert (hash(held), repr(held)) == (hash(items), repr(items))
        assert held != items[:1]
    assert isinstance(PackedBranches.of(BRANCHES)[0], Branch)
    assert unpacked(PIECES) is PIECES
    assert unpacked(None) == ()


def test_whether_there_are_any_is_told_without_reading_them() -> None:
    assert not PackedPieces.of(())
    assert PackedPieces("[no JSON")


@given(st.lists(st.tuples(any_text, st.floats(allow_nan=False))))
def test_whatever_a_server_told_comes_back_exactly(told: list[tuple[str, float]]) -> None:
    """But for two halves of one letter: JSON makes that letter of them, in every stored answer."""
    joined = [token.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") for token, _ in told]
    said = [(token, chance) for token, (_, chance) in zip(joined, told, strict=True)]
    assert unpacked(PackedPieces.of(said)) == tuple(said)


@pytest.mark.parametrize("token", ["Go", "é", "\udc80", "null"])
@pytest.mark.parametrize("chance", [-1e-7, -0.0, -123.456, -math.inf])
def test_whoever_writes_it_the_text_is_ascii_and_reads_the_same(token: str, chance: float) -> None:
    items = [Branch(3, token, chance, ((token, chance),))]
    assert as_json(items).isascii()
    assert json.loads(as_json(items)) == json.loads(json.dumps(items))


def test_a_completion_is_packed_once() -> None:
    plain = completion(logprobs=PIECES, branches=BRANCHES)
    once = packed(plain)
    assert once == plain
    assert isinstance(once.logprobs, PackedPieces)
    assert isinstance(once.branches, PackedBranches)
    assert once.logprobs.text == json.dumps(PIECES, separators=(",", ":"))
    assert packed(once) is once
    assert packed(completion()).logprobs is None
    half = packed(completion(logprobs=once.logprobs, branches=BRANCHES))
    assert half == plain
