"""The size of a picture that the task itself holds, as a `data:` URI.

Read from the first bytes of PNG and GIF. A JPEG is left out: its size on the screen depends on how it was held.
"""

import base64
import re
from typing import Any

from backend.domain.shapes.marked_box import Size

_DATA = re.compile(r"data:image/[\w.+-]+;base64,([A-Za-z0-9+/]{40})")
"""30 bytes, as far as the size stands."""
_PNG, _GIF = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a")


def picture_size(value: Any) -> Size | None:
    """None for anything else, and for a picture without an area."""
    match = _DATA.match(value) if isinstance(value, str) else None
    size = _size(base64.b64decode(match[1])) if match else None
    return size if size and min(size) > 0 else None


def _size(head: bytes) -> Size | None:
    if head.startswith(_PNG) and head[12:16] == b"IHDR":
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if head.startswith(_GIF):
        return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    return None
