"""Word boundaries, so that "Bob" is not found within "Bobby" where it also stands alone."""

import unicodedata

from backend.domain.labels.placement.graphemes import MARKS

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x9FFF),  # radicals, kana, ideographs
    (0xAC00, 0xD7AF),  # Hangul: particles are written onto nouns
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that write words without blanks between them."""


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether neither end of text[start:end] lies within a word."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, index: int) -> bool:
    """Whether the characters on both sides of `index` belong to one word."""
    if not 0 < index < len(text):
        return False
    before, after = text[index - 1], text[index]
    return _in_word(before) and _in_word(after) and not (_is_unspaced(before) or _is_unspaced(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or (character > "\u02ff" and unicodedata.category(character) in MARKS)


def _is_unspaced(character: str) -> bool:
    return character > "\u0dff" and any(first <= ord(character) <= last for first, last in _UNSPACED)
