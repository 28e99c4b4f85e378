"""Bytes from anywhere: what becomes of them as a picture."""

import random
import struct
import zlib
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from backend.adapters.pillow import DAMAGED, NOT_A_PICTURE, TOO_MANY_PIXELS, WEB_PAGE, picture_of
from backend.domain.picture import LONGEST_SIDE, Picture
from tests.pictures import encoded

EXIF = Image.Exif()
EXIF[0x0112] = 6
"""To be turned by a quarter to the right."""


def read(content: bytes) -> Picture:
    found = picture_of(content)
    assert isinstance(found, Picture), found
    assert found.sha256 == sha256(content).hexdigest()
    return found


def opened(found: Picture) -> Image.Image:
    image = Image.open(BytesIO(found.content))
    image.load()
    assert f"image/{(image.format or '').lower()}" == found.media_type
    return image


@pytest.mark.parametrize(
    ("kind", "mode", "saved"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "P", {}),
        ("PNG", "LA", {}),
        ("PNG", "I;16", {}),
        ("JPEG", "RGB", {}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("WEBP", "RGBA", {}),
        ("GIF", "P", {}),
    ],
)
def test_a_picture_that_models_take_is_sent_as_it_is(kind: str, mode: str, saved: dict[str, Any]) -> None:
    content = encoded(kind, mode=mode, **saved)
    found = read(content)
    assert (found.media_type, found.content) == (f"image/{kind.lower()}", content)


def test_an_animation_stays_one() -> None:
    frames, file = [Image.new("P", (4, 3), color) for color in (1, 2)], BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert read(file.getvalue()).content == file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "sent"),
    [
        ("PNG", "RGB", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "I;16", "RGB"),
        ("JPEG", "CMYK", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
        ("GIF", "P", "RGB"),
    ],
)
def test_a_large_picture_is_made_smaller_and_keeps_its_shape(kind: str, mode: str, sent: str) -> None:
    image = opened(read(encoded(kind, (4 * LONGEST_SIDE // 2, LONGEST_SIDE // 2), mode)))
    assert (image.size, image.mode) == ((LONGEST_SIDE, LONGEST_SIDE // 4), sent)


def test_a_very_thin_one_too() -> None:
    assert opened(read(encoded(size=(1, 3 * LONGEST_SIDE)))).size == (1, LONGEST_SIDE)


def test_it_is_turned_as_the_browser_shows_it() -> None:
    image = opened(read(encoded("JPEG", (40, 20), exif=EXIF)))
    assert image.size == (20, 40)
    assert image.getexif().get(0x0112, 1) == 1


def test_a_bitmap_is_sent_as_png() -> None:
    assert read(encoded("BMP")).media_type == "image/png"
    assert opened(read(encoded("BMP"))).getpixel((0, 0)) == (200, 0, 0)


def test_what_it_is_says_its_content_whatever_its_name_says() -> None:
    assert read(encoded("JPEG")).media_type == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7",
        b"\x00" * 5000,
        encoded("TIFF"),
        encoded("ICO", (16, 16)),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_picture_is_told(content: bytes) -> None:
    assert picture_of(content) == NOT_A_PICTURE


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"\xef\xbb\xbf\n <!DOCTYPE HTML><title>Sign in"])
def test_a_web_page_is_told_as_one(content: bytes) -> None:
    assert picture_of(content) == WEB_PAGE


@pytest.mark.parametrize("orientation", [0, 1, 9, 65535])
def test_an_orientation_that_is_none_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded("JPEG", (40, 20), exif=exif)
    assert read(content).content == content


def test_a_damaged_note_beside_the_picture_is_none_about_the_picture() -> None:
    content = encoded("JPEG", (40, 20), exif=EXIF).replace(b"Exif\x00\x00MM\x00*", b"Exif\x00\x00MM\x00\xff")
    assert read(content).content == content


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_file_that_ends_too_early_is_told(kind: str) -> None:
    noise = Image.frombytes("RGB", (64, 64), random.Random(1).randbytes(64 * 64 * 3))
    file = BytesIO()
    noise.save(file, kind)
    half = file.getvalue()[: len(file.getvalue()) // 2]
    assert picture_of(half) in (DAMAGED, NOT_A_PICTURE)


def header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8_000, 8_000), (12_000, 9_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_with_a_huge_picture_is_told_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert picture_of(header(*size)) in (TOO_MANY_PIXELS, NOT_A_PICTURE)


@pytest.mark.parametrize("seed", range(150))
def test_damage_of_any_kind_ends_in_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(["PNG", "JPEG", "WEBP", "GIF", "BMP"])
    content = bytearray(encoded(kind, (60, 60)))
    for _ in range(chance.randint(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    found = picture_of(bytes(content))
    assert isinstance(found, Picture) or found in (DAMAGED, NOT_A_PICTURE, TOO_MANY_PIXELS)
