"""UTF-16 units, in which browsers count: an emoji is two, everything up to U+FFFF one."""


def to_utf16(text: str, index: int) -> int:
    """How many units precede the code point at `index`."""
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def from_utf16(text: str, units: int) -> int:
    """The index of the code point at `units`; between the halves of one, its own; at most the text's length."""
    if text.isascii():
        return max(0, min(units, len(text)))
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, units)]
    index = len(head.decode("utf-16-le", "surrogatepass" if _ends_whole(head) else "ignore"))
    return min(index, len(text))


def _ends_whole(encoded: bytes) -> bool:
    """Whether the last unit is not the first half of a pair."""
    return not (len(encoded) > 1 and 0xD8 <= encoded[-1] <= 0xDB)
