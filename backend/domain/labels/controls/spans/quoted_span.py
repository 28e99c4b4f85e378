"""QuotedSpan: all that a model says of one span, before it has a place."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from backend.domain.answer import MarkedSpan, UnlocatedQuote
from backend.domain.labels.controls.spans.attributes import Values
from backend.domain.labels.controls.spans.marking import Marking
from backend.domain.labels.controls.spans.quotes import read_quote, read_ref
from backend.domain.labels.placement.location import Quote
from backend.domain.outcome import Rejection


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """values: the values of its attributes
    ref: its id in the answer, "" without relations
    """

    quote: Quote
    values: Values
    ref: str

    def said_of(self, span: MarkedSpan) -> MarkedSpan:
        """The span where the quote is, with what else is said."""
        return replace(span, attributes=self.values, refs=(self.ref,) if self.ref else ())

    def lost(self, reason: str) -> UnlocatedQuote:
        """The same for a quote without a place."""
        return UnlocatedQuote(str(self.quote.label), self.quote.text, reason, self.ref)


def read_span(item: Any, control: Marking, stored: Callable[[str], str | None], turns: bool) -> QuotedSpan | Rejection:
    """What a model's JSON says of a span of `control`, or why it can't be used. `stored`, `turns`: see `read_quote`."""
    quote = read_quote(item, control.name, stored, turns)
    if isinstance(quote, Rejection):
        return quote
    values = control.attributes.parse(item, str(quote.label), control.name)
    if isinstance(values, Rejection):
        return values
    ref = read_ref(item, control.name) if control.referable else ""
    return ref if isinstance(ref, Rejection) else QuotedSpan(quote, values, ref)
