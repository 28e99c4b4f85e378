"""Picture: what a message shows a model beside its text.

It is identified by its bytes as they were found, so where it was found, and a signature in its address, change nothing.
"""

from dataclasses import dataclass, field

from backend.domain.document import Document

LONGEST_SIDE = 2048
"""Pixels of what is sent. A larger picture is scaled down: models see no more, and bill by size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """sha256: of the bytes that were found, 64 hex digits
    media_type: the type of the bytes that are sent, such as `image/png`
    content: the bytes that are sent: upright, with no side longer than LONGEST_SIDE
    """

    sha256: str
    media_type: str
    content: bytes = field(compare=False, repr=False)

    @property
    def identity(self) -> tuple[str, str, int]:
        """What the digest of a request has of it."""
        return self.sha256, self.media_type, LONGEST_SIDE

    def __str__(self) -> str:
        """For people, in its place in a message."""
        return f"[picture: {self.media_type}, {len(self.content):,} bytes, sha256 {self.sha256[:12]}]"


Attachment = Picture | Document
PlacedAttachment = tuple[int, Attachment]
"""What is shown and where it stands in a text: before the code point with that index."""
