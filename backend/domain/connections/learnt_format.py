"""Learnt format: how a model wants to be asked, as its refusals said."""

from dataclasses import dataclass

KEPT_DAYS = 7
"""A server may take next week what it refuses today, so it is learnt again then."""
SCHEMA = "json_schema"


@dataclass(frozen=True, slots=True)
class LearntFormat:
    """The form of requests that a model answered, after it refused another one.

    model: its name
    response_format: "json_schema", "json_object" or "text"
    left_out: parameters that it refuses, in alphabetical order
    alternatives: most other tokens asked for at each place of an answer; None for as many as are wanted
    long_cap: whether the longest answer is called max_completion_tokens
    bounded: whether answers are cut where the longest one ends
    written: whether documents are sent as their text
    learnt: when, UTC, ISO 8601
    """

    model: str
    response_format: str = SCHEMA
    left_out: tuple[str, ...] = ()
    alternatives: int | None = None
    long_cap: bool = False
    bounded: bool = True
    written: bool = False
    learnt: str = ""

    @property
    def parts(self) -> list[str]:
        """For people."""
        phrases = {
            f"answers in {self.response_format}": self.response_format != SCHEMA,
            f"without {', '.join(self.left_out)}": self.left_out,
            f"{self.alternatives} alternatives": self.alternatives is not None,
            "max_completion_tokens in place of max_tokens": self.long_cap,
            "no bound on the length of answers": not self.bounded,
            "documents as text": self.written,
        }
        return [words for words, so in phrases.items() if so]
