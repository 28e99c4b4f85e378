"""Graphemes: what is read as one character, and where a text may be cut.

Follows the extended grapheme clusters of Unicode (UAX #29), as far as general categories tell them: accents, variation
selectors, skin tones, joined emoji, flags, Hangul syllables and CR LF are not taken apart.
"""

import re
import unicodedata

MARKS = ("Mn", "Mc", "Me")
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_SARA_AM = ("\u0e33", "\u0eb3")
"""Letters of Thai and Lao that are written onto the one before."""
_LINKERS = ("\u094d", "\u09cd", "\u0acd", "\u0b4d", "\u0c4d", "\u0d4d")
"""Viramas that join two consonants: Devanagari, Bengali, Gujarati, Oriya, Telugu, Malayalam."""
_GOES_ON = {"L": ("L", "V", "LV", "LVT"), "LV": ("V", "T"), "V": ("V", "T"), "LVT": ("T",), "T": ("T",)}
"""What a Hangul syllable may go on with."""
_ROW_OF_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")
_MOST_FLAGS = 100
"""In one row; what stands behind so many is not taken apart."""
_RAREST = "\u0300"
"""Below it only CR LF is more than one code point."""


def extends(character: str) -> bool:
    """Whether it belongs to the character before it."""
    if character < _RAREST:
        return False
    return (
        unicodedata.category(character) in MARKS
        or character in (_ZWNJ, _ZWJ, *_SARA_AM)
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def composes(character: str) -> bool:
    """Whether NFC may join it with the character before it."""
    if character < _RAREST:
        return False
    return unicodedata.category(character) in MARKS or _hangul(character) in ("V", "T")


def is_boundary(text: str, index: int) -> bool:
    """Whether `text` can be cut before the code point at `index` without taking a character apart."""
    if not 0 < index < len(text):
        return True
    before, after = text[index - 1], text[index]
    if after < _RAREST:
        return not (before == "\r" and after == "\n")
    if extends(after):
        return before in "\r\n"
    if before in _LINKERS and unicodedata.category(after) == "Lo":
        return False
    if before == _ZWJ and _is_pictographic(after):
        return False
    return not (_is_half_flag(text, index) or _in_syllable(before, after))


def whole_characters(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] takes no character apart."""
    return is_boundary(text, start) and is_boundary(text, end)


def _is_pictographic(character: str) -> bool:
    return character > "\u2000" and unicodedata.category(character) in ("So", "Sm")


def _is_half_flag(text: str, index: int) -> bool:
    """Regional indicators go two by two, from the first of their row."""
    if not (_is_regional(text[index]) and _is_regional(text[index - 1])):
        return False
    row = _ROW_OF_FLAGS.search(text, max(0, index - 2 * _MOST_FLAGS), index)
    return row is not None and (len(row[0]) % 2 == 1 or len(row[0]) == 2 * _MOST_FLAGS)


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _in_syllable(before: str, after: str) -> bool:
    """Of Hangul, written as one sign or as jamo."""
    return _hangul(after) in _GOES_ON.get(_hangul(before), ())


def _hangul(character: str) -> str:
    """L, V or T for jamo, LV or LVT for syllables, "" for what is no Hangul."""
    if "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c":
        return "L"
    if "\u1160" <= character <= "\u11a7" or "\ud7b0" <= character <= "\ud7c6":
        return "V"
    if "\u11a8" <= character <= "\u11ff" or "\ud7cb" <= character <= "\ud7fb":
        return "T"
    if "\uac00" <= character <= "\ud7a3":
        return "LVT" if (ord(character) - 0xAC00) % 28 else "LV"
    return ""
