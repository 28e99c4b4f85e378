"""Alignment by bytes: whatever way a server cuts, trims and surrounds a text, its pieces spell it."""

import math
import random
import re
from time import process_time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.domain.characters import as_bytes
from backend.domain.chat.alignment import _places_of, _with_lost_letters, aligned

GOOD = '{"mood": "🎉"}'


def tokens(*pieces: str | bytes) -> list[tuple[bytes, float]]:
    """Each with a log-probability of its own: -1, -2, …"""
    return [(piece if isinstance(piece, bytes) else as_bytes(piece), -float(n)) for n, piece in enumerate(pieces, 1)]


def cut(data: st.DataObject, said: bytes) -> list[bytes]:
    """`said`, in bytes, as tokens of any length."""
    places = sorted(data.draw(st.sets(st.integers(1, len(said) - 1), max_size=12))) if len(said) > 1 else []
    return [said[a:b] for a, b in zip([0, *places], [*places, len(said)], strict=True)]


@given(
    st.data(), st.text(min_size=1), st.text(), st.sampled_from(["", "  ", "\n\t", "<|im_end|>", "</s>\n", "[/INST]"])
)
def test_a_text_is_found_among_its_tokens_wherever_they_are_cut(
    data: st.DataObject, text: str, before: str, after: str
) -> None:
    pieces = [*cut(data, as_bytes(before)), *cut(data, as_bytes(text)), *cut(data, as_bytes(after))]
    found = aligned(tokens(*pieces), text)
    assert found is not None
    assert "".join(piece for piece, _ in found) == text
    assert sum(logprob for _, logprob in found) >= sum(logprob for _, logprob in tokens(*pieces))


@given(st.data(), st.text(min_size=1))
def test_every_token_of_the_text_counts_exactly_once(data: st.DataObject, text: str) -> None:
    pieces = cut(data, as_bytes(text))
    found = aligned(tokens(*pieces), text)
    assert found is not None
    assert math.isclose(sum(logprob for _, logprob in found), sum(-float(n) for n in range(1, len(pieces) + 1)))


@given(st.data(), st.text(st.characters(exclude_characters="\ufffd", exclude_categories=["Cs"]), min_size=1))
@example(None, "é🎉🎉")
def test_letters_that_the_server_lost_are_put_together(data: st.DataObject, text: str) -> None:
    """As a server that decodes every token by itself reports them."""
    pieces = (
        [as_bytes(text)[n : n + 1] for n in range(len(as_bytes(text)))] if data is None else cut(data, as_bytes(text))
    )
    found = aligned(tokens(*(piece.decode(errors="replace") for piece in pieces)), text)
    assert found is not None
    assert "".join(piece for piece, _ in found) == text
    assert math.isclose(sum(logprob for _, logprob in found), sum(-float(n) for n in range(1, len(pieces) + 1)))


@given(st.lists(st.tuples(st.binary(max_size=6), st.floats(max_value=0)), max_size=8), st.text(max_size=8))
def test_nothing_raises_and_what_is_found_is_the_text(some: Any, text: str) -> None:
    found = aligned(some, text)
    assert found is None or "".join(piece for piece, _ in found) == text != ""


def test_a_letter_in_two_tokens_is_one_piece() -> None:
    party = as_bytes("🎉")
    found = aligned(tokens('{"mood": "', party[:2], party[2:], '"', "}"), GOOD)
    assert found == (('{"mood": "', -1.0), ("🎉", -5.0), ('"', -4.0), ("}", -5.0))


def test_thoughts_in_front_and_blanks_behind_are_left_out() -> None:
    found = aligned(tokens("<think>", GOOD, "</think>", "\n\n", GOOD, "\n", "    ", ""), GOOD)
    assert found == ((GOOD, -5.0),)


@pytest.mark.parametrize(("text", "end"), [("\n", "</s>\n"), ("s", "</s>"), ("1", "<|1|>")])
def test_a_text_that_an_end_mark_holds_too_is_found_before_it(text: str, end: str) -> None:
    assert aligned(tokens(text, end), text) == ((text, -1.0),)


def test_white_space_may_be_trimmed_off_a_token() -> None:
    assert aligned(tokens(' {"a":', "1}\n\n"), '{"a":1}') == (('{"a":', -1.0), ("1}", -2.0))


@pytest.mark.parametrize("pieces", [(), ("",), ("{",), (GOOD[1:],), (GOOD, "}"), ("x" + GOOD,), (GOOD, " or not")])
def test_tokens_that_spell_something_else_do_not_fit(pieces: Any) -> None:
    assert aligned(tokens(*pieces), GOOD) is None


def test_the_last_of_several_runs_counts() -> None:
    assert aligned(tokens("a", "b", "a"), "a") == (("a", -3.0),)


LOST = "\ufffd"


def spelt(spoken: str, text: str) -> list[tuple[int, int]]:
    """First and last byte of each run."""
    return [(min(places), max(places)) for places in _with_lost_letters(as_bytes(spoken), text)]


def by_definition(spoken: str, text: str) -> tuple[int, int] | None:
    """The last run, as a regular expression finds it, which takes exponential time where there is none."""
    either = (re.escape(letter) if letter.isascii() else f"(?:{letter}|{LOST}{{1,4}})" for letter in text)
    runs = list(re.finditer("".join(either), spoken))
    return None if not runs else (len(as_bytes(spoken[: runs[-1].start()])), len(as_bytes(spoken[: runs[-1].end()])))


@pytest.mark.slow
def test_what_a_regular_expression_finds_is_found() -> None:
    chance, found = random.Random(1), 0
    for _ in range(5_000):
        text = "".join(chance.choices('a"日本é哈', k=chance.randint(2, 7)))
        lost = (LOST * chance.randint(1, 4) if not c.isascii() and chance.random() < 0.5 else c for c in text)
        spoken = f"{chance.choice(['', 'x', LOST, 'a', '日'])}{''.join(lost)}{chance.choice(['', 'x', '</s>'])}"
        run = None if text.isascii() or LOST not in spoken else by_definition(spoken, text)
        assert run is None or run[1] in [last for _, last in spelt(spoken, text)], (spoken, text)
        found += run is not None
    assert found > 1_000


def test_a_row_of_lost_letters_begins_where_the_first_does() -> None:
    spoken, text = f'{{"a": "日{LOST * 5}x"}}', '{"a": "日本語x"}'
    (places,) = _with_lost_letters(as_bytes(spoken), text)
    assert {byte: text[number:] for byte, number in places.items() if byte in (7, 10, 25)} == {
        7: '日本語x"}',
        10: '本語x"}',
        25: 'x"}',
    }


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        (LOST * 9, "日a"),
        (f"a{LOST}c", "a日本c"),
        (f"a{LOST * 5}c", "a日c"),
        ("ab", "日"),
        (f"a{LOST}", "ab"),
        (LOST, ""),
    ],
)
def test_too_few_or_too_many_do_not_fit(spoken: str, text: str) -> None:
    assert spelt(spoken, text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ('{"a": "' + 2 * 2_000 * LOST + '" }', '{"a": "' + "日" * 2_000 + '"}'),
        (5_000 * LOST + "x", "日" * 5_000),
        ("日" * 5_000 + LOST, "本" + "日" * 5_000),
        ((LOST * 4 + "日") * 1_000, "日" * 3_000 + "本"),
        ("}" * 10_000 + LOST, "日" + "}" * 5_000),
    ],
)
def test_no_text_takes_long(spoken: str, text: str) -> None:
    start = process_time()
    spelt(spoken, text)
    assert process_time() - start < 5


def test_places_come_from_the_last_on_and_may_overlap() -> None:
    assert list(_places_of(b"aaba", b"a")) == [3, 1, 0]
    assert list(_places_of(b"aaa", b"aa")) == [1, 0]
    assert next(_places_of(b"a" * 200_000, b"b" + b"a" * 100_000), None) is None
