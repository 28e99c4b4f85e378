"""Short JSON texts in fewer bytes: DEFLATE (RFC 1951), started with what such texts have in common.

A text of some hundred bytes is too short for DEFLATE to find much that repeats in it, so a dictionary comes before it.
The first byte says how the rest is to be read: what was stored before texts were compressed begins with "[".
"""

import zlib

_FIRST = b"\x01"
_DICTIONARY = (
    b'",0.0],["null",0.0],["true",0.0],["false",0.0],["1",0.0],[", \\"",0.0],["]}",0.0],["\\"]}",0.0]]'
    b'",0.0],["\\"",0.0],["\\": ",0.0],["{\\"",0.0],["}",0.0]],[["-6.-5.-4.-3.-2.-1.-0.'
)
"""Of all that is stored: another dictionary needs another first byte."""
_RAW = -zlib.MAX_WBITS
_SMALL_WINDOW, _LITTLE_MEMORY = -11, 4
"""2 kB back, 20 kB of tables: what DEFLATE takes by default costs ten times as long to set up, and finds no more."""


def compressed(text: str) -> bytes:
    """`text`: ASCII."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, _SMALL_WINDOW, _LITTLE_MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)
    return _FIRST + deflate.compress(text.encode("ascii")) + deflate.flush()


def expanded(stored: bytes | str) -> str:
    """The text of `compressed`, or one that was stored as it is.

    Raises ValueError where it is neither.
    """
    if isinstance(stored, str):
        return stored
    try:
        return (_inflated(stored[1:]) if stored.startswith(_FIRST) else stored).decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise ValueError("A stored answer is damaged: restore the database from a copy.") from error


def _inflated(data: bytes) -> bytes:
    """Raises zlib.error also where the end is missing, which `decompress` would not tell."""
    inflate = zlib.decompressobj(_RAW, _DICTIONARY)
    text = inflate.decompress(data)
    if not inflate.eof:
        raise zlib.error
    return text
