"""Where words end."""

import pytest

from backend.domain.labels.placement.words import whole_words


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Bobby", "Bob", False),
        ("a Bob.", "Bob", True),
        ("Bob", "Bob", True),
        ("Zoe\u0301s", "Zoe\u0301", False),
        ("東京都", "京都", True),
        ("서울에서", "서울", True),
        ("กรุงเทพ", "กรุง", True),
        ("Acme2", "Acme", False),
        ("O'Brien", "Brien", True),
    ],
)
def test_a_part_ends_with_words_or_within(text: str, part: str, whole: bool) -> None:
    start = text.index(part)
    assert whole_words(text, start, start + len(part)) is whole
