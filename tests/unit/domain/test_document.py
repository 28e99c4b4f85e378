"""Documents: which are the same."""

from backend.domain.document import Document


def test_a_document_is_its_bytes_which_are_shown_nowhere() -> None:
    one = Document("d" * 64, b"secret")
    assert one == Document("d" * 64, b"other")
    assert one != Document("e" * 64, b"secret")
    assert one.identity == ("d" * 64, "application/pdf")
    assert "secret" not in repr(one)
    assert str(one) == "[document: application/pdf, 6 bytes, sha256 dddddddddddd]"
