"""Pictures: which are the same."""

from backend.domain.picture import LONGEST_SIDE, Picture
from tests.pictures import picture


def test_a_picture_is_what_was_found_however_it_is_sent() -> None:
    assert picture(content=b"one") == picture(content=b"another")
    assert picture("a") != picture("b")
    assert Picture("a" * 64, "image/jpeg", b"") != picture()
    assert picture().identity == ("a" * 64, "image/png", LONGEST_SIDE)


def test_its_bytes_are_shown_nowhere() -> None:
    assert "secret" not in repr(picture(content=b"secret"))
    assert str(picture(content=b"x" * 1234)) == "[picture: image/png, 1,234 bytes, sha256 aaaaaaaaaaaa]"
