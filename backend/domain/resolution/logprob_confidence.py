"""Confidence of an answer: the probability that the model gave to it, or None. Never a constant.

The rule: the probabilities of the tokens that make up the answer's values are multiplied, from the first character of a
value to the character that ends it. The ending counts because it separates "Refund" from "Refund request", and 1 from
10 where that is possible. Keys, colons, spaces between values and text beside the answer do not count. This is the
chain rule of probability over the answer's own tokens: if a model is sampled under the answer schema, it is the
probability of exactly this answer. Each of several controls has the product over its own value's tokens: its
probability given the values written before it.
"""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from backend.domain.chat.alignment import Pieces, aligned, as_bytes
from backend.domain.chat.request import Completion
from backend.domain.chat.response_parser import REMEMBERED, find_object
from backend.domain.outcome import Confidence

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COLON = re.compile(r"\s*:\s*")
ROUNDING = 1e-6

Place = tuple[int, int]
"""[first, last) in a text, in characters."""


def confidence(completion: Completion, keys: Mapping[str, bool], open_ended: Collection[str] = ()) -> Confidence | None:
    """Of the values under some keys of the answer in `completion`; None without log-probabilities that fit the text, or
    without keys. `keys`: key -> whether null could stand there, see `AnswerSpec.probable`. `open_ended`: those of
    `open_numbers`."""
    text, tokens = completion.text, pieces(completion)
    if not tokens or not keys:
        return None
    spans = value_spans(text)
    if any(key not in spans for key in keys):
        return None
    counted = {key: _counted(nullable, key in open_ended, text, *spans[key]) for key, nullable in keys.items()}
    joint = _probability(tokens, list(counted.values()))
    if joint is None or len(counted) == 1:
        return None if joint is None else Confidence(joint, dict.fromkeys(counted, joint))
    each = {name: _probability(tokens, [span]) for name, span in counted.items()}
    controls = {name: value for name, value in each.items() if value is not None}
    return Confidence(joint, controls) if len(controls) == len(each) else None


def pieces(completion: Completion) -> Pieces | None:
    """The tokens that spell the text. They are aligned on arrival, but not in completions of old releases."""
    tokens = completion.logprobs or ()
    if "".join(token for token, _ in tokens) == completion.text:
        return tokens
    return aligned([(as_bytes(token), logprob) for token, logprob in tokens], completion.text)


def _probability(tokens: Sequence[tuple[str, float]], spans: Sequence[tuple[int, int]]) -> float | None:
    """The product over the tokens that overlap one of `spans`; None if it is not a probability."""
    total, start = 0.0, 0
    for token, logprob in tokens:
        end = start + len(token)
        for first, last in spans:  # a plain loop: this is done for every token of every task
            if start < last and first < end:
                total += logprob
                break
        start = end
    return math.exp(min(total, 0.0)) if total <= ROUNDING else None


@lru_cache(maxsize=REMEMBERED)
def value_spans(text: str) -> Mapping[str, Place]:
    """Where the values of the one JSON object in `text` are, by key."""
    place = find_object(text)
    return members(text, place.start, place.end) if place else {}


def members(text: str, position: int, end: int) -> dict[str, Place]:
    """Where the values of the JSON object in text[position:end] are, by key."""
    spans: dict[str, Place] = {}
    while key := _STRING.search(text, position, end):
        colon = _COLON.match(text, key.end())
        first = colon.end() if colon else key.end()
        _, position = json.JSONDecoder().raw_decode(text, first)
        spans[json.loads(key[0])] = (first, position)
    return spans


def _counted(nullable: bool, open_ended: bool, text: str, first: int, last: int) -> Place:
    """The character that opens a value says nothing about it, except a quote where null was possible. The one behind a
    number ends it."""
    opens = text[first] == "[" or (text[first] == '"' and not nullable)
    return first + opens, last + open_ended
