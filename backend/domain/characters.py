"""Finds characters in labels that cannot be seen or that move visible text, and writes them as escapes.

Joiners inside emoji and inside words of scripts that need them, and flags such as Scotland's, are left as they are.
"""

import json
import re
import unicodedata
from itertools import pairwise

_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f")
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and signs without a shape of their own."""
_HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Zs")
_JOINERS = "\u200c\u200d"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def invisible(text: str) -> list[str]:
    """The invisible characters of `text`, each once, in order of appearance. A plain space is visible."""
    if text.isascii() and text.isprintable():
        return []
    bare = _FLAG.sub("", text)
    return [c for c in dict.fromkeys(bare) if _is_hidden(c) and not (c in _JOINERS and _joins(c, bare))]


def is_blank(text: str) -> bool:
    """Whether nothing of `text` can be seen."""
    return not text.strip() or all(c.isspace() or _is_hidden(c) for c in text)


def is_storable(text: str) -> bool:
    """Whether databases and JSON readers keep `text`: PostgreSQL refuses NUL, and half of a surrogate pair makes Label
    Studio answer every request for the task or for the project's predictions with an error."""
    return _UNSTORABLE.search(text) is None


def escaped(text: str) -> str:
    """`text` with its invisible characters as JSON escapes."""
    for character in invisible(text):
        text = text.replace(character, json.dumps(character)[1:-1])
    return text


def quoted(text: str, most: int) -> str:
    """`text` as a JSON string on one line without invisible characters, cut to about `most` characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return escaped(json.dumps(cut, ensure_ascii=False).encode("utf-8", "backslashreplace").decode())


def named(character: str) -> str:
    """A name such as `U+200B ZERO WIDTH SPACE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _is_hidden(character: str) -> bool:
    return character != " " and (character in _BLANK or unicodedata.category(character) in _HIDDEN)


def _joins(joiner: str, text: str) -> bool:
    """Whether each such character in `text` stands between characters beyond ASCII, as in emoji, Persian or Hindi."""
    pieces = text.split(joiner)
    return all(before and after and before[-1] > "\x7f" < after[0] for before, after in pairwise(pieces))


def as_bytes(text: str) -> bytes:
    """UTF-8 that keeps lone surrogates."""
    return text.encode("utf-8", "surrogatepass")
