"""Repeats: says whether a text was cut off while its model repeated the same words. Small models do this when a grammar
limits their answers."""

import zlib

_TAIL = 2000
_LEAST = 100
_DENSITY = 8
"""Prose shrinks to a half or a third when it is packed, lists of labels to a fourth, a loop to next to nothing."""


def runs_on(text: str) -> bool:
    """Whether `text` ends in blanks or in the same few words again and again."""
    tail = text.encode("utf-8", "surrogatepass")[-_TAIL:]
    tail = tail[len(tail) // 3 :]
    return len(tail) >= _LEAST and len(zlib.compress(tail)) * _DENSITY < len(tail)
