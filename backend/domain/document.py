"""Document: a PDF that a message gives a model to read. It is identified by its bytes, as a picture is."""

from dataclasses import dataclass, field

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Document:
    """sha256: the hash of its bytes, 64 hex digits
    content: its bytes
    """

    sha256: str
    content: bytes = field(compare=False, repr=False)

    @property
    def identity(self) -> tuple[str, str]:
        """What the digest of a request has of it."""
        return self.sha256, PDF

    def __str__(self) -> str:
        """For people, in its place in a message."""
        return f"[document: {PDF}, {len(self.content):,} bytes, sha256 {self.sha256[:12]}]"
