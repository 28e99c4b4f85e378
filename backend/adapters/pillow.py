"""Pillow: bytes from anywhere -> a picture as it is sent, or why it is none.

What it is says its content, not its name. Nothing is decoded before its size is known, and two at a time: a small file
may hold a picture that fills the memory. It is turned as the browser shows it (EXIF), and scaled down to LONGEST_SIDE.
"""

import re
import struct
import zlib
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from backend.domain.picture import LONGEST_SIDE, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""That browsers show and Pillow reads; models take all but the last."""
MOST_PIXELS = 60_000_000
NOT_A_PICTURE = "is not a PNG, JPEG, WebP, GIF or BMP file."
WEB_PAGE = "is behind a login, or not there: its address answers with a web page."
DAMAGED = "is damaged: its file ends too early, or does not hold what it begins with."
TOO_MANY_PIXELS = f"has more than {MOST_PIXELS // 10**6} million pixels: make it smaller."
_ORIENTATION, _UPRIGHT = 0x0112, 1
_AS_THEY_ARE = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITY = 90
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)
_BROKEN = (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError, struct.error, zlib.error)
"""What reading a file that is damaged can raise."""
_DECODING = BoundedSemaphore(2)


def picture_of(content: bytes) -> Picture | str:
    """The picture that a file's bytes hold, or why there is none, to follow "The picture"."""
    from PIL import Image, UnidentifiedImageError

    try:
        with _DECODING, Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return TOO_MANY_PIXELS
            image.load()
            media_type, sent = _sent(image, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_MANY_PIXELS
    except UnidentifiedImageError:
        return WEB_PAGE if _HTML.match(content) else NOT_A_PICTURE
    except _BROKEN:
        return DAMAGED
    return Picture(sha256(content).hexdigest(), media_type, sent)


def _sent(image: "Image", content: bytes) -> tuple[str, bytes]:
    """As it is, where it may be; else upright and smaller, without what a file says beside its picture."""
    kind = image.format or ""
    if kind in _AS_THEY_ARE and not _is_turned(image) and max(image.size) <= LONGEST_SIDE:
        return f"image/{kind.lower()}", content
    return _made_anew(image, "JPEG" if kind == "JPEG" else "PNG")


def _is_turned(image: "Image") -> bool:
    """What a file says beside its picture may be damaged; then browsers do not turn it either."""
    try:
        return image.getexif().get(_ORIENTATION, _UPRIGHT) in range(2, 9)
    except _BROKEN:
        return False


def _made_anew(image: "Image", kind: str) -> tuple[str, bytes]:
    """Of an animation its first picture."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image) if _is_turned(image) else image
    clear = kind == "PNG" and upright.has_transparency_data
    smaller = upright.convert("RGBA" if clear else "RGB")
    smaller.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    file = BytesIO()
    smaller.save(
        file, kind, quality=_QUALITY, icc_profile=image.info.get("icc_profile") if image.mode == "RGB" else None
    )
    return f"image/{kind.lower()}", file.getvalue()
