"""Confidence of an answer: the probability the model gave to it, or None. Never a constant.

The rule: the tokens that make up the values in the answer's text, from the first character of a value to the character
that ends it, multiplied. The ending counts because it tells "Refund" from "Refund request"; keys, colons and spaces
between values do not. It is the chain rule of probability over the answer's own tokens, so for a model that is sampled
under the answer schema it is the probability of exactly this answer.
"""

import json
import math
import re

from backend.core.chat import Completion

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def confidence(completion: Completion) -> float | None:
    """Probability in 0..1 of all values of the answer together; None without log-probabilities that fit the text."""
    if not completion.logprobs:
        return None
    text = completion.text
    if "".join(token for token, _ in completion.logprobs) != text:
        return None
    spans = value_spans(text)
    if not spans:
        return None
    total, start = 0.0, 0
    for token, logprob in completion.logprobs:
        end = start + len(token)
        if any(start < last and first < end for first, last in spans):
            total += logprob
        start = end
    probability = math.exp(min(total, 0.0)) if not math.isnan(total) else None
    return probability


def value_spans(text: str) -> list[tuple[int, int]]:
    """Where the values of a one-level JSON object stand in `text`: [first, last) character of each.

    A string's span starts behind its opening quote and includes the closing one; a list's goes from behind `[` to `]`.
    """
    spans = []
    position = text.find("{") + 1
    while position and (key := _STRING.search(text, position)):
        colon = text.find(":", key.end())
        if colon < 0:
            break
        start = colon + 1 + len(text[colon + 1 :]) - len(text[colon + 1 :].lstrip())
        try:
            _, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            return []
        spans.append((start + (text[start] in '"['), end))
        position = end
    return spans
