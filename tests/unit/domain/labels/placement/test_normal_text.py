"""Texts as they are compared, and where each of their characters comes from."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.placement.normal_text import FOLD, PLAIN, SPACE, needle_of, normal, occurrences
from tests.properties import cases

texts = st.text(
    st.sampled_from("abAB éÉe\u0301\u0327ßİΣς…’“-–\u00a0\r\n\t\u200b\u200d👩👧日本ﬁ하\u1112\u1161\u11ab"), max_size=30
)


@pytest.mark.parametrize(
    ("source", "space", "fold"),
    [
        ("a \r\n\u00a0b", "a b", "a b"),
        ("An\u200bna", "Anna", "anna"),
        ("Jose\u0301", "José", "josé"),
        ("\u1112\u1161\u11ab", "한", "한"),
        ("“Oslo’s” – well…", "“Oslo’s” – well…", '"oslo\'s" - well...'),
        ("STRASSE Straße", "STRASSE Straße", "strasse strasse"),
        ("👩\u200d👧", "👩👧", "👩👧"),
    ],
)
def test_what_each_tier_takes_for_the_same(source: str, space: str, fold: str) -> None:
    assert (normal(source, SPACE).text, normal(source, FOLD).text) == (space, fold)


@given(texts, st.sampled_from((SPACE, FOLD)))
def test_each_character_knows_its_source(text: str, tier: str) -> None:
    found = normal(text, tier)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert found.starts == sorted(found.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))


@cases(300)
@given(texts, st.sampled_from((SPACE, FOLD)), st.data())
def test_what_is_found_is_the_same_in_that_tier(text: str, tier: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    needle = needle_of(text[start : data.draw(st.integers(start, len(text)))], tier)
    for first, end in normal(text, tier).places(needle) if needle else ():
        assert needle_of(text[first:end], tier) == needle


def test_half_of_what_a_letter_becomes_is_not_found() -> None:
    assert normal("Straße", FOLD).places("s") == [(0, 1)]
    assert normal("well…", FOLD).places("..") == []


@pytest.mark.slow
def test_the_characters_taken_at_once_become_exactly_one() -> None:
    plain = re.compile(f"[{PLAIN}]")
    for code in range(0x110000):
        character = chr(code)
        if plain.match(character):
            folded = normal(f"{character}\u0300", FOLD)  # a mark: the slow way
            assert len(normal(character, FOLD).text) == 1 == len(unicodedata.normalize("NFC", character)), hex(code)
            assert unicodedata.normalize("NFC", f"{normal(character, FOLD).text}\u0300") == folded.text, hex(code)


def test_overlapping_occurrences_are_found() -> None:
    assert occurrences("aaaa", "aa") == [0, 1, 2]
