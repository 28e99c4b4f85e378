"""TextFile: a text that a task only names the address of, as it was found."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextFile:
    content: bytes = field(repr=False)
