"""MarkTokens: which tokens of a completion say what of the things that its answer marks.

Tokens have numbers, so that one that belongs to two parts counts once where their probabilities are multiplied.
"""

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from backend.domain.chat.alignment import Pieces
from backend.domain.chat.value_places import TextSpan, members, value_spans
from backend.domain.resolution.logprob_confidence import ROUNDING

_BETWEEN = re.compile(r"[\s,]*")
_SPACE = re.compile(r"\s*")
_OPENING = 2
_OF_A_QUOTE = "text"


class MarkTokens:
    """Of one completion: `tokens` spell `text`."""

    def __init__(self, text: str, tokens: Pieces) -> None:
        self._text = text
        self._logprobs = [logprob for _, logprob in tokens]
        self._starts = [0, *accumulate(len(token) for token, _ in tokens)]

    def probability(self, tokens: Iterable[int]) -> float | None:
        """Of these tokens together; None if it is not one."""
        logprobs = [self._logprobs[token] for token in tokens]
        return math.exp(min(sum(logprobs), 0.0)) if max(logprobs, default=0.0) <= ROUNDING else None

    def listed(self, control: str) -> list[Mapping[str, TextSpan]]:
        """Of each element in the list of a control: part -> where it is; {} for one that is not an object."""
        return [members(self._text, *item) for item in self._items(control)]

    def mark(self, parts: Mapping[str, TextSpan]) -> set[int]:
        """Those of the label, and of where the mark is: the less probable one of the first two of a quote; of numbers
        the least probable one of those that begin one. Empty without both."""
        first, last = parts.get(_OF_A_QUOTE, (0, 0))
        numbers = [span for name, span in parts.items() if name != "label"]
        opening = [token for span in numbers for token in self._overlapping(*span)[:1]]
        begun = self._overlapping(first + 1, last - 1)[:_OPENING] if _OF_A_QUOTE in parts else opening
        if "label" not in parts or not (begun or _OF_A_QUOTE in parts):
            return set()
        label = self._overlapping(parts["label"][0] + 1, parts["label"][1])
        return {*label, *sorted(begun, key=self._logprobs.__getitem__)[:1]}

    def value(self, span: TextSpan) -> set[int]:
        """Those of a value, with what ends it."""
        return set(self._overlapping(span[0], span[1] + 1))

    def turns(self, control: str) -> set[int]:
        """Those that say whether the list of a control goes on: before its first element, behind each, and all of an
        empty list or of null."""
        span, items = self._span(control), list(self._items(control))
        if span is None or not items:
            return set(self._overlapping(*span)) if span else set()
        behind = [_SPACE.match(self._text, end) for _, end in items]
        turns = [items[0][0], *(match.end() for match in behind if match)]
        return {token for turn in turns for token in self._overlapping(turn, turn + 1)}

    def _span(self, control: str) -> TextSpan | None:
        return value_spans(self._text).get(control)

    def _overlapping(self, first: int, last: int) -> Sequence[int]:
        """Those that overlap [first, last)."""
        if first >= last:
            return ()
        return range(bisect_right(self._starts, first) - 1, bisect_right(self._starts, last - 1))

    def _items(self, control: str) -> Iterator[TextSpan]:
        """Where the elements of a list are; one that is not an object has an empty place."""
        span = self._span(control)
        if span is None or self._text[span[0]] != "[":
            return
        position, last = self._after(span[0] + 1), span[1]
        while position < last - 1:
            _, end = json.JSONDecoder().raw_decode(self._text, position)
            yield (position, end) if self._text[position] == "{" else (position, position)
            position = self._after(end)

    def _after(self, position: int) -> int:
        """Behind white space and a comma."""
        match = _BETWEEN.match(self._text, position)
        return match.end() if match else position
