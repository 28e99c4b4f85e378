"""Pillow: makes the picture that is sent from the bytes of a file, or says why the file is not a picture.

The format is read from the content, not from a name. A small file may hold a picture that fills the memory: nothing is
decoded before its size is known, and at most two pictures are decoded at a time. A picture is turned as the browser
shows it (EXIF), and scaled down to LONGEST_SIDE.
"""

import re
import struct
import zlib
from contextlib import nullcontext
from hashlib import sha256
from io import BytesIO
from threading import BoundedSemaphore, Lock
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
LARGE = 10_000_000
"""Pixels; of larger pictures one at a time is decoded."""
_LARGE = Lock()


def picture_of(content: bytes) -> Picture | str:
    """The picture that a file's bytes hold, or why there is none, to follow "The picture"."""
    from PIL import Image, UnidentifiedImageError

    try:
        with _DECODING, Image.open(BytesIO(content), formats=FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MOST_PIXELS:
                return TOO_MANY_PIXELS
            with _LARGE if pixels > LARGE else nullcontext():
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
    kind, is_small = image.format or "", max(image.size) <= LONGEST_SIDE
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at half its size or less, where that suffices
    image.load()
    if kind in _AS_THEY_ARE and not _is_turned(image) and is_small:
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

    profile = image.info.get("icc_profile") if image.mode == "RGB" else None
    mode = "RGBA" if kind == "PNG" and image.has_transparency_data else "RGB"
    smaller = image if image.mode == mode else image.convert(mode)
    smaller.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(smaller) if _is_turned(image) else smaller
    file = BytesIO()
    upright.save(file, kind, quality=_QUALITY, icc_profile=profile)
    return f"image/{kind.lower()}", file.getvalue()
