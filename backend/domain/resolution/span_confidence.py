"""Confidence of each thing that an answer marks: how sure the model was to begin this quote, or of this place in a
picture, and to give it this label.

After its second token a quote is mostly copied, with a probability near 1 whatever it is. So the less probable of its
first two tokens counts, times all tokens of the label. Of the numbers of a mark in a picture the first tokens say where
it is, and what follows how exactly: the least probable of the first tokens counts, times the label. What is said of a
span has the probability of all tokens of its value, a free text none, because it can be put in many ways. What is
missing has no tokens: of that this says nothing.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from backend.domain.answer import Answer, MarkedSpan, Spans, Texts
from backend.domain.chat.alignment import Pieces
from backend.domain.chat.request import Completion
from backend.domain.resolution.logprob_confidence import ROUNDING, Place, members, pieces, value_spans
from backend.domain.shapes.marked_box import Boxes, MarkedBox

_BETWEEN = re.compile(r"[\s,]*")
_OPENING = 2


def with_scores(answer: Answer, completion: Completion) -> Answer:
    """`answer`, what it marks with its confidence; as it is without log-probabilities that fit the text."""
    marked = {name: value for name, value in answer.items() if isinstance(value, Spans | Boxes)}
    tokens = pieces(completion) if marked else None
    if not tokens:
        return answer
    scored = _Scored(completion.text, tokens)
    return {**answer, **{name: scored.marked(name, value) for name, value in marked.items()}}


class _Scored:
    def __init__(self, text: str, tokens: Pieces) -> None:
        self._text = text
        self._logprobs = [logprob for _, logprob in tokens]
        self._starts = [0, *accumulate(len(token) for token, _ in tokens)]

    def marked(self, control: str, value: Spans | Boxes) -> Spans | Boxes:
        """The value of a control, with scores."""
        place = value_spans(self._text).get(control)
        items = [members(self._text, *item) for item in _items(self._text, place)] if place else []
        if isinstance(value, Boxes):
            return replace(value, boxes=tuple(self._box(box, _of(box.item, items)) for box in value.boxes))
        return replace(value, spans=tuple(self._span(span, _of(span.item, items)) for span in value.spans))

    def _span(self, span: MarkedSpan, said: Mapping[str, Place]) -> MarkedSpan:
        """`said`: where the parts of what the model said of it are."""
        if "label" not in said or "text" not in said:
            return span
        first, last = said["text"]
        probable = [name for name, value in span.attributes if not isinstance(value, Texts) and name in said]
        sures = {name: _probability(self._between(said[name][0], said[name][1] + 1)) for name in probable}
        return replace(
            span,
            score=self._labeled(said["label"], self._between(first + 1, last - 1)[:_OPENING]),
            sures={name: sure for name, sure in sures.items() if sure is not None},
        )

    def _box(self, box: MarkedBox, said: Mapping[str, Place]) -> MarkedBox:
        numbers = [place for name, place in said.items() if name != "label"]
        opening = [logprob for place in numbers for logprob in self._between(*place)[:1]]
        return replace(box, score=self._labeled(said["label"], opening)) if "label" in said and opening else box

    def _labeled(self, label: Place, opening: Sequence[float]) -> float | None:
        """Of the least probable token of `opening`, and all of the label."""
        return _probability([min(opening, default=0.0), *self._between(label[0] + 1, label[1])])

    def _between(self, first: int, last: int) -> list[float]:
        """Of the tokens that overlap [first, last)."""
        place = bisect_right(self._starts, first) - 1
        end = bisect_right(self._starts, last - 1)
        return self._logprobs[place:end] if first < last else []


def _probability(logprobs: Sequence[float]) -> float | None:
    """None if it is not one."""
    return math.exp(min(sum(logprobs), 0.0)) if max(logprobs, default=0.0) <= ROUNDING else None


def _of(item: int | None, items: Sequence[Mapping[str, Place]]) -> Mapping[str, Place]:
    """What the model said of the thing with that number; nothing where it has none."""
    return items[item] if item is not None and item < len(items) else {}


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
