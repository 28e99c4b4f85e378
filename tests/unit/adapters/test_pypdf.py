"""The text layer of PDFs, of those that hold none, and of those that keep a reader busy."""

import zlib
from io import BytesIO

import pypdf
import pytest

from backend.adapters.pypdf import DAMAGED, MOST_PAGES, NO_TEXT, PASSWORD, TOO_LARGE, TOO_LONG, PdfTexts, text_of
from tests.pictures import PDF, document, pdf


def locked(owner_only: bool) -> bytes:
    writer = pypdf.PdfWriter(BytesIO(pdf(b"Secret")))
    writer.encrypt("" if owner_only else "sesame", "owner", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def busy() -> bytes:
    """One page whose few bytes unpack to 70 million of drawing."""
    packed = zlib.compress(b"BT (x) Tj ET " * 5_400_000, 9)
    drawn = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj" % (len(packed), packed)
    plain = pdf(b"x")
    start = plain.index(b"5 0 obj") + len(b"5 0 obj")
    return plain[:start] + drawn + plain[plain.index(b"endobj", start) + len(b"endobj") :]


def test_pages_come_in_their_order() -> None:
    assert text_of(pdf(b"Hello Anna.", b"Bye.")) == ("Hello Anna.\n\nBye.", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pdf(b"", b" "), NO_TEXT),
        (locked(owner_only=False), PASSWORD),
        (PDF, DAMAGED),
        (b"%PDF-1.4 nothing", DAMAGED),
        (pdf(b"x")[:-200], DAMAGED),
        (b"", DAMAGED),
        (pdf(*[b"x"] * (MOST_PAGES + 1)), TOO_LARGE),
    ],
    ids=["no text layer", "password", "no pages", "rubbish", "cut", "empty", "too many pages"],
)
def test_what_has_no_text_says_why(content: bytes, why: str) -> None:
    assert text_of(content) == ("", why)


def test_restrictions_without_a_password_are_no_obstacle() -> None:
    assert text_of(locked(owner_only=True)) == ("Secret", "")


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "memory"), [(1, 1 << 30), (30, 150_000_000)], ids=["time", "memory"])
def test_one_that_keeps_the_reader_busy_is_given_up(seconds: int, memory: int) -> None:
    assert text_of(busy(), seconds, memory) == ("", TOO_LONG)


def test_a_document_is_read_once() -> None:
    texts, shown = PdfTexts(), document(b"Good day")
    assert texts.of(shown) == ("Good day", "")
    assert texts.of(shown) is texts.of(shown)
