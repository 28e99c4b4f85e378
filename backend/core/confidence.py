"""Confidence of an answer: the probability the model gave to it, or None. Never a constant.

The rule: the tokens that make up the answer's values, from the first character of a value to the character that ends
it, multiplied. The ending counts because it tells "Refund" from "Refund request"; keys, colons, spaces between values
and whatever the model says beside the answer do not. It is the chain rule of probability over the answer's own tokens,
so for a model that is sampled under the answer schema it is the probability of exactly this answer.
"""

import json
import math
import re

from backend.core.answers import find_object
from backend.core.chat import Completion
from backend.core.labels.schema import AnyField, LabelSchema

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COLON = re.compile(r"\s*:\s*")
_ROUNDING = 1e-6


def confidence(completion: Completion, schema: LabelSchema) -> float | None:
    """Probability in 0..1 of all values of the answer together; None without log-probabilities that fit the text."""
    if not completion.logprobs:
        return None
    text = completion.text
    if "".join(token for token, _ in completion.logprobs) != text:
        return None
    spans = value_spans(text)
    if any(field.name not in spans for field in schema.fields):
        return None
    counted = [_counted(field, text, *spans[field.name]) for field in schema.fields]
    total, start = 0.0, 0
    for token, logprob in completion.logprobs:
        end = start + len(token)
        if any(start < last and first < end for first, last in counted):
            total += logprob
        start = end
    return math.exp(min(total, 0.0)) if total <= _ROUNDING else None


def value_spans(text: str) -> dict[str, tuple[int, int]]:
    """Where the values of the one JSON object in `text` stand, by key: [first, last) character of each."""
    spans: dict[str, tuple[int, int]] = {}
    place = find_object(text)
    position, end = (place.start, place.end) if place else (0, 0)
    while key := _STRING.search(text, position, end):
        colon = _COLON.match(text, key.end())
        first = colon.end() if colon else key.end()
        _, position = json.JSONDecoder().raw_decode(text, first)
        spans[json.loads(key[0])] = (first, position)
    return spans


def _counted(field: AnyField, text: str, first: int, last: int) -> tuple[int, int]:
    """What opens a value says nothing about which it is, but where null was possible a quote says that it isn't."""
    opens = text[first] == "[" or (text[first] == '"' and not field.optional)
    return first + opens, last
