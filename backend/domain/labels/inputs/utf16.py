"""UTF-16 units, in which browsers count: an emoji is two units; a character up to U+FFFF, or half of a surrogate pair,
is one."""


def to_utf16(text: str, index: int) -> int:
    """How many units precede the code point at `index`."""
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def from_utf16(text: str, units: int) -> int:
    """The index of the code point at `units`; between the halves of one, its own; at most the text's length."""
    if text.isascii():
        return max(0, min(units, len(text)))
    encoded = text.encode("utf-16-le", "surrogatepass")
    end = 2 * max(0, units)
    if _divides_pair(encoded, end):
        end -= 2
    return len(encoded[:end].decode("utf-16-le", "surrogatepass"))


def _divides_pair(encoded: bytes, end: int) -> bool:
    """Whether the halves of one code point are before and after `end`."""
    return 0 < end < len(encoded) and 0xD8 <= encoded[end - 1] <= 0xDB and 0xDC <= encoded[end + 1] <= 0xDF
