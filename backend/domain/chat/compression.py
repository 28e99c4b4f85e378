"""Short JSON texts in fewer bytes: DEFLATE (RFC 1951), started with what such texts have in common.

A text of some hundred bytes is too short for DEFLATE to find much that repeats in it, so a dictionary comes before it.
The first byte says how the rest is to be read: what was stored before texts were compressed begins with "[". Two texts
about one answer are written as one stream, because the end of a stream and its table of codes cost half as much as a
text.
"""

import zlib

_SINGLE, _PAIR = b"\x01", b"\x02"
_SEPARATOR = "\n"
"""Between two texts. JSON writes this letter otherwise."""
_DICTIONARY = (
    b'",0.0],["null",0.0],["true",0.0],["false",0.0],["1",0.0],[", \\"",0.0],["]}",0.0],["\\"]}",0.0]]'
    b'",0.0],["\\"",0.0],["\\": ",0.0],["{\\"",0.0],["}",0.0]],[["-6.-5.-4.-3.-2.-1.-0.'
)
"""Of all that is stored: another dictionary needs another first byte."""
_LEVEL = 4
"""Of DEFLATE's nine levels. The ninth takes a sixth more of the time and saves three bytes of a hundred."""
_RAW = -zlib.MAX_WBITS
_SMALL_WINDOW, _LITTLE_MEMORY = -11, 4
"""2 kB back, 20 kB of tables: what DEFLATE takes by default costs ten times as long to set up, and finds no more."""


def compressed(*texts: str) -> bytes:
    """`texts`: one or two, ASCII without line breaks."""
    deflate = zlib.compressobj(
        _LEVEL, zlib.DEFLATED, _SMALL_WINDOW, _LITTLE_MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY
    )
    first = _SINGLE if len(texts) == 1 else _PAIR
    return first + deflate.compress(_SEPARATOR.join(texts).encode("ascii")) + deflate.flush()


def is_pair(stored: bytes | str) -> bool:
    """Whether two texts are in it."""
    return isinstance(stored, bytes) and stored.startswith(_PAIR)


def expanded(stored: bytes | str, index: int = 0) -> str:
    """The text of `compressed`, or one that was stored as it is.

    index: which one, where there are two
    Raises ValueError where it is neither.
    """
    if isinstance(stored, str):
        return stored
    try:
        if is_pair(stored):
            return _inflated(stored[1:]).decode("ascii").split(_SEPARATOR)[index]
        return (_inflated(stored[1:]) if stored.startswith(_SINGLE) else stored).decode("ascii")
    except (zlib.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError("A stored answer is damaged: restore the database from a copy.") from error


def _inflated(data: bytes) -> bytes:
    """Raises zlib.error also where the end is missing, which `decompress` would not tell."""
    inflate = zlib.decompressobj(_RAW, _DICTIONARY)
    text = inflate.decompress(data)
    if not inflate.eof:
        raise zlib.error
    return text
