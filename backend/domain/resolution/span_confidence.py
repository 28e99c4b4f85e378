"""Confidence of each span that an answer quotes: how sure the model was to begin this quote, and to give it this label.

After its second token a quote is mostly copied, with a probability near 1 whatever it is. So the less probable of its
first two tokens counts, times all tokens of the label. A span that is missing has no tokens: of that this says nothing.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from backend.domain.answer import Answer, MarkedSpan, Spans
from backend.domain.chat.alignment import Pieces
from backend.domain.chat.request import Completion
from backend.domain.resolution.logprob_confidence import ROUNDING, Place, members, pieces, value_spans

_BETWEEN = re.compile(r"[\s,]*")
_OPENING = 2


def with_scores(answer: Answer, completion: Completion) -> Answer:
    """`answer`, its spans with their confidence; as it is without log-probabilities that fit the text."""
    marked = {name: value for name, value in answer.items() if isinstance(value, Spans) and value.spans}
    tokens = pieces(completion) if marked else None
    if not tokens:
        return answer
    scored = _Scored(completion.text, tokens)
    return {**answer, **{name: scored.spans(name, value) for name, value in marked.items()}}


class _Scored:
    def __init__(self, text: str, tokens: Pieces) -> None:
        self._text = text
        self._logprobs = [logprob for _, logprob in tokens]
        self._starts = [0, *accumulate(len(token) for token, _ in tokens)]

    def spans(self, control: str, value: Spans) -> Spans:
        """The value of a control, with scores."""
        place = value_spans(self._text).get(control)
        scores = [self._score(item) for item in _items(self._text, place)] if place else []
        return replace(value, spans=tuple(_with_score(span, scores) for span in value.spans))

    def _score(self, item: Place) -> float | None:
        said = members(self._text, *item)
        if "label" not in said or "text" not in said:
            return None
        quote, label = said["text"], said["label"]
        opening = self._between(quote[0] + 1, quote[1] - 1)[:_OPENING]
        logprobs = [min(opening, default=0.0), *self._between(label[0] + 1, label[1])]
        return math.exp(min(sum(logprobs), 0.0)) if max(logprobs) <= ROUNDING else None

    def _between(self, first: int, last: int) -> list[float]:
        """Of the tokens that overlap [first, last)."""
        place = bisect_right(self._starts, first) - 1
        end = bisect_right(self._starts, last - 1)
        return self._logprobs[place:end] if first < last else []


def _items(text: str, place: Place) -> Iterator[Place]:
    """Where the objects of a list are; an element that is none has an empty place."""
    first, last = place
    position = _after(text, first + 1)
    while text[first] == "[" and position < last - 1:
        _, end = json.JSONDecoder().raw_decode(text, position)
        yield (position, end) if text[position] == "{" else (position, position)
        position = _after(text, end)


def _after(text: str, position: int) -> int:
    """Behind white space and a comma."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def _with_score(span: MarkedSpan, scores: list[float | None]) -> MarkedSpan:
    known = span.item is not None and span.item < len(scores)
    return replace(span, score=scores[span.item]) if known and span.item is not None else span
