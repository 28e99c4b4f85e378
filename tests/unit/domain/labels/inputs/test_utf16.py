"""Code points and UTF-16 units."""

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.labels.inputs.utf16 import from_utf16, to_utf16

texts = st.text(st.sampled_from("aé😀𠮷\u200d日") | st.characters(exclude_categories=["Cs"]), max_size=20)


@given(texts, st.data())
def test_there_and_back(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    assert from_utf16(text, to_utf16(text, index)) == index


@given(st.text(max_size=20), st.integers(-3, 50))
def test_any_number_of_units_is_an_index(text: str, units: int) -> None:
    assert 0 <= from_utf16(text, units) <= len(text)


def test_an_emoji_is_two_units() -> None:
    assert to_utf16("😀 Bob", 2) == 3
    assert from_utf16("😀 Bob", 3) == 2


def test_half_a_pair_is_its_code_point() -> None:
    assert from_utf16("a😀b", 2) == 1


def test_what_lies_outside_is_the_nearest_end() -> None:
    assert [from_utf16("😀a", units) for units in (-4, 99)] == [0, 2]
    assert [from_utf16("ab", units) for units in (-4, 99)] == [0, 2]


def test_a_lone_half_at_the_end_is_no_part_of_a_pair() -> None:
    text = "Hello \ud83d"
    assert from_utf16(text, to_utf16(text, 7)) == 7
    mixed = "\ud83d a \ud83d\ud83d 😀 \ude00b"
    assert [from_utf16(mixed, to_utf16(mixed, index)) for index in range(len(mixed) + 1)] == [*range(len(mixed) + 1)]
    assert from_utf16(mixed, to_utf16(mixed, mixed.index("😀")) + 1) == mixed.index("😀")


def test_lone_surrogates_count_one() -> None:
    assert to_utf16("\ud83dab", 2) == 2
    assert from_utf16("\ud83dab", 2) == 2
