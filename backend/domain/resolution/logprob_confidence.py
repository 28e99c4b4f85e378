"""Confidence of an answer: the probability that the model gave to it, or None. Never a constant.

Of a label it is the probability among the allowed labels, see `branch_confidence`, where the server told what else the
model might have said. Else, and for values that are not labels, the probabilities of the tokens that make up the value
are multiplied (the chain rule). Tokens do not count where nothing else is allowed, such as the rest of a label that no
other begins like. Where a value has no end of its own, the ending counts, because it separates 1 from 10. Keys, colons,
spaces between values and text beside the answer do not count. Each of several controls has its probability given the
values written before it; the whole answer has the product.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.characters import as_bytes
from backend.domain.chat.alignment import Pieces, aligned
from backend.domain.chat.branch import Branch
from backend.domain.chat.packed import unpacked
from backend.domain.chat.request import Completion
from backend.domain.chat.value_places import TextSpan, value_spans
from backend.domain.labels.allowed_values import AllowedValues
from backend.domain.outcome import Confidence
from backend.domain.resolution.branch_confidence import Bounded, weighed

ROUNDING = 1e-6
WIDEST = 0.2
"""Widest interval of a probability that is still reported."""
_IMPOSSIBLE = math.log(1e-4)
"""A label that had to be completed by a token less probable than this was not the model's."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is to be told of an answer.

    keys: the keys whose values have a probability -> whether null could stand there, see `AnswerSpec.probable`
    open_ended: those of `open_numbers`
    allowed: see `AnswerSpec`
    """

    keys: Mapping[str, bool]
    open_ended: Collection[str]
    allowed: Mapping[str, AllowedValues]


def confidence(completion: Completion, counted: Counted) -> Confidence | None:
    """Of the values under some keys of the answer in `completion`; None without log-probabilities that fit the text,
    or if they do not tell it to within WIDEST, and without keys."""
    tokens, spans = pieces(completion), value_spans(completion.text)
    if not tokens or not counted.keys or any(key not in spans for key in counted.keys):
        return None
    branches = None if completion.branches is None else unpacked(completion.branches)
    completed = _TokenText(completion.text, tokens, branches)
    values = {key: _Value(completed, spans[key], counted, key) for key in counted.keys}
    each = {key: value.probability() for key, value in values.items()}
    controls = {key: bounded for key, bounded in each.items() if bounded is not None}
    if len(controls) < len(each):
        return None
    joint = _joint(tokens, list(values.values()), controls)
    if joint is None or joint.high - joint.low > WIDEST:
        return None
    return Confidence(joint.point, {key: bounded.point for key, bounded in controls.items()})


def pieces(completion: Completion) -> Pieces | None:
    """The tokens that spell the text. They are aligned on arrival, but not in completions of old releases."""
    tokens = unpacked(completion.logprobs)
    if "".join([token for token, _ in tokens]) == completion.text:
        return tokens
    return aligned([(as_bytes(token), logprob) for token, logprob in tokens], completion.text)


@dataclass(frozen=True, slots=True)
class _TokenText:
    """The text of a completion, and what its server told of its tokens."""

    text: str
    tokens: Pieces
    branches: tuple[Branch, ...] | None


class _Value:
    """The value under one key."""

    def __init__(self, completed: _TokenText, span: TextSpan, counted: Counted, key: str) -> None:
        self._text, self._tokens, self._branches, self._position = (
            completed.text,
            completed.tokens,
            completed.branches,
            span,
        )
        self._span = _counted(counted.keys[key], key in counted.open_ended, completed.text, *span)
        value = as_bytes(completed.text[slice(*span)])
        self._values = counted.allowed[key].spelt_as(value) if key in counted.allowed else None

    @property
    def is_weighed(self) -> bool:
        """Whether the server told what else might have been said."""
        return self._values is not None and self._branches is not None

    def probability(self) -> Bounded | None:
        if self._values is None or self._branches is None:
            return _product(self._tokens, self.tokens())
        bounded = weighed(self._text, self._position, self._branches, self._values)
        return None if bounded is None or bounded.high - bounded.low > WIDEST or self._was_completed() else bounded

    def tokens(self) -> Iterator[int]:
        """The numbers of the tokens that count."""
        return (
            _overlapping(self._tokens, self._span)
            if self._values is None
            else (number for number, _, forced in self._own(self._values) if not forced)
        )

    def _own(self, values: AllowedValues) -> Iterator[tuple[int, bytes, bool]]:
        """The number of each token that overlaps the value, what was said of it before, and whether it is forced."""
        text, (first, last) = self._text, self._position
        start = 0
        for number, (token, _) in enumerate(self._tokens):
            end = start + len(token)
            if start >= last:
                return
            if first < end:
                before = values.follow(b"", as_bytes(text[first : max(first, start)])) or b""
                yield number, before, values.is_forced(before, as_bytes(text[max(first, start) : end]))
            start = end

    def _was_completed(self) -> bool:
        """Whether the schema made a label of what the model began to say: it forced an improbable token inside it."""
        if self._values is None or all(logprob >= _IMPOSSIBLE for _, logprob in self._tokens):
            return False
        inside = list(self._own(self._values))[:-1]
        return any(forced and before and self._tokens[number][1] < _IMPOSSIBLE for number, before, forced in inside)


def _joint(tokens: Pieces, values: Sequence[_Value], controls: Mapping[str, Bounded]) -> Bounded | None:
    """Of all values together; a token that is part of two of them counts once."""
    if len(values) == 1:
        return next(iter(controls.values()))
    plain = {number for value in values if not value.is_weighed for number in value.tokens()}
    product = _product(tokens, sorted(plain))
    for value, bounded in zip(values, controls.values(), strict=True):
        if value.is_weighed and product is not None:
            product = product.times(bounded)
    return product


def _product(tokens: Pieces, numbers: Collection[int] | Iterator[int]) -> Bounded | None:
    """Over the tokens with these numbers; None if it is not a probability."""
    total = sum([tokens[number][1] for number in numbers])
    chance = math.exp(min(total, 0.0)) if total <= ROUNDING else None
    return None if chance is None else Bounded(chance, chance, chance)


def _overlapping(tokens: Pieces, span: TextSpan) -> Iterator[int]:
    start, (first, last) = 0, span
    for number, (token, _) in enumerate(tokens):  # a plain loop: this is done for every token of every task
        end = start + len(token)
        if start < last and first < end:
            yield number
        start = end


def _counted(nullable: bool, open_ended: bool, text: str, first: int, last: int) -> TextSpan:
    """The character that opens a value says nothing about it, except a quote where null was possible. The one behind a
    number ends it."""
    opens = text[first] == "[" or (text[first] == '"' and not nullable)
    return first + opens, last + open_ended
