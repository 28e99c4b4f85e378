"""What is read as one character is not taken apart."""

import pytest

from backend.domain.labels.placement.graphemes import is_boundary, whole_characters

WHOLE = {
    "accent": "e\u0301",
    "two accents": "e\u0327\u0301",
    "variation selector": "❤\ufe0f",
    "skin tone": "👍🏽",
    "family": "👩\u200d👩\u200d👧",
    "flag": "🇳🇴",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "keycap": "1\ufe0f\u20e3",
    "Hangul of jamo": "\u1112\u1161\u11ab",
    "Hangul, half composed": "하\u11ab",
    "Devanagari": "क्षि",
    "Thai": "กำ",
    "CR LF": "\r\n",
}


@pytest.mark.parametrize("character", WHOLE.values(), ids=WHOLE)
def test_a_character_is_whole(character: str) -> None:
    text = f"a{character}b"
    assert [i for i in range(len(text) + 1) if is_boundary(text, i)] == [0, 1, len(text) - 1, len(text)]
    assert whole_characters(text, 1, len(text) - 1)
    assert not whole_characters(text, 0, 2) or len(character) == 1


def test_flags_go_two_by_two() -> None:
    text = "🇳🇴🇩🇪🇫🇷"
    assert [i for i in range(len(text) + 1) if is_boundary(text, i)] == [0, 2, 4, 6]


def test_plain_text_can_be_cut_anywhere() -> None:
    text = "Zoë, 日本\n한국 שלום"
    assert all(is_boundary(text, i) for i in range(len(text) + 1))


def test_the_end_of_a_very_long_row_of_flags_is_left_whole() -> None:
    text = "🇳🇴" * 500
    assert is_boundary(text, 100)
    assert not is_boundary(text, 999)
    assert not is_boundary(text, 998)
    assert is_boundary(text, 1000)
