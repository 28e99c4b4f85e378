"""Sizes of pictures that the task holds."""

import base64
import zlib
from typing import Any

import pytest

from backend.domain.labels.inputs.picture_size import picture_size

GIF = b"GIF89a" + (300).to_bytes(2, "little") + (2).to_bytes(2, "little") + bytes(40)


def uri(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + head + zlib.crc32(head).to_bytes(4, "big") + bytes(9)


def test_of_png_and_gif() -> None:
    assert picture_size(uri(png(640, 480))) == (640, 480)
    assert picture_size(uri(GIF, "gif")) == (300, 2)


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "",
        "https://example.org/a.png",
        "data:image/png;base64,",
        "data:image/png;base64,iVBORw0KGgo=",
        "data:text/plain;base64," + "A" * 80,
        uri(b"\xff\xd8\xff\xe0" + bytes(80), "jpeg"),
        uri(png(0, 480)),
        uri(b"\x89PNG\r\n\x1a\n" + bytes(60)),
        "data:image/png;base64," + "é" * 80,
    ],
)
def test_of_anything_else_it_is_not_known(value: Any) -> None:
    assert picture_size(value) is None
