"""Tokens of completions: stored in few bytes, and read as before where an earlier release stored them as text."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import completions
from backend.domain.chat.branch import Branch
from backend.domain.chat.packed import PackedBranches, PackedPieces
from tests.earlier_schema import engine_at
from tests.scripted import completion

TOKENS: dict[str, Any] = {
    "logprobs": (('{"', 0.0), ("mood", 0.0), ('": "', 0.0), ("Go", -0.25), ("od", 0.0), ('"', 0.0), ("}", 0.0)),
    "branches": (Branch(7, "Go", -0.25, tuple((f"L{n}", -1.5 - n / 7) for n in range(20))),),
}
BEFORE, NOW, NONE, APART = "a" * 64, "b" * 64, "c" * 64, "d" * 64


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Store]:
    """With one completion of the release that stored tokens as text, and one of this release."""
    engine = engine_at(database_url, "0035")
    row: dict[str, Any] = {name: json.dumps(tokens) for name, tokens in TOKENS.items()}
    row |= {"digest": BEFORE, "attempt": 0, "model": "some-model", "text": json.dumps("{}"), "finish_reason": "stop"}
    row |= {"refused": False, "prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 0, "seconds": 0.25}
    with engine.begin() as connection:
        connection.execute(sa.table("completions", *map(sa.column, row)).insert().values(**row))
    engine.dispose()
    opened = Store(database_url)
    opened.add_completions([completion("{}", NOW, **TOKENS), completion("{}", NONE)])
    yield opened
    opened.close()


def test_tokens_are_the_same_whoever_stored_them(upgraded: Store) -> None:
    found = upgraded.completions([BEFORE, NOW, NONE])
    assert found[BEFORE] == [completion("{}", BEFORE, **TOKENS)]
    assert found[NOW] == [completion("{}", NOW, **TOKENS)]
    assert found[NONE] == [completion("{}", NONE)]


def test_tokens_of_a_release_that_compressed_them_apart_are_the_same(upgraded: Store) -> None:
    upgraded.add_completions([completion("{}", APART)])
    pieces, branches = PackedPieces.of(TOKENS["logprobs"]), PackedBranches.of(TOKENS["branches"])
    apart = {"logprobs": pieces.stored(), "branches": branches.stored()}
    with upgraded.engine.begin() as connection:
        connection.execute(completions.update().where(completions.c.digest == APART).values(apart))
    assert upgraded.completions([APART])[APART] == [completion("{}", APART, **TOKENS)]


def test_tokens_of_one_kind_are_stored_alone(upgraded: Store) -> None:
    """Also those that were read with the others."""
    both = upgraded.completions([NOW])[NOW][0]
    alone = [replace(both, digest="d" * 64, branches=None), replace(both, digest="e" * 64, logprobs=None)]
    upgraded.add_completions(alone)
    found = upgraded.completions([one.digest for one in alone])
    assert found == {one.digest: [one] for one in alone}
    assert [(found[one.digest][0].logprobs is None) for one in alone] == [False, True]


def test_what_is_read_can_be_stored_again(upgraded: Store) -> None:
    before, now = (upgraded.completions([digest])[digest][0] for digest in (BEFORE, NOW))
    copies = [replace(before, digest="d" * 64), replace(now, digest="e" * 64)]
    upgraded.add_completions(copies)
    for copy in copies:
        assert upgraded.completions([copy.digest]) == {copy.digest: [completion("{}", copy.digest, **TOKENS)]}


def test_they_take_far_less_than_their_text(upgraded: Store) -> None:
    size = "length(logprobs) + coalesce(length(branches), 0)"
    with upgraded.engine.connect() as connection:
        found = connection.execute(sa.select(completions.c.digest, sa.literal_column(size)))
        sizes = {row[0]: row[1] for row in found}
    assert sizes[NOW] < 0.5 * sizes[BEFORE]
    assert sizes[NONE] is None
