"""How spans, and quotes without a place, are shown to people."""

from collections.abc import Sequence

from backend.domain.answer import MarkedSpan, UnlocatedQuote
from backend.domain.characters import quoted
from backend.domain.labels.controls.spans.attributes import Attributes

_EXCERPT = 60


def span_words(span: MarkedSpan, attributes: Attributes) -> str:
    """Such as `PER "Anna" at 0 (gender: f)`."""
    return f"{span.label} {quoted(span.text, _EXCERPT)} at {span.start}{attributes.show(span.attributes)}"


def quote_words(quote: UnlocatedQuote) -> str:
    """Such as `PER "Anna"`."""
    return f"{quote.label} {quoted(quote.text, _EXCERPT)}"


def no_place_for(lost: Sequence[UnlocatedQuote]) -> str:
    """The first of these, at least one, and how many more there are."""
    why = f"{quote_words(lost[0])} ({lost[0].reason})"
    return why if len(lost) == 1 else f"{why} and {len(lost) - 1} more"
