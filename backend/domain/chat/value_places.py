"""Where the values of an answer are in the text of a completion."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from backend.domain.chat.response_parser import REMEMBERED, find_object

TextSpan = tuple[int, int]
"""[first, last) in a text, in characters."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_COLON = re.compile(r"\s*:\s*")


@lru_cache(maxsize=REMEMBERED)
def value_spans(text: str) -> Mapping[str, TextSpan]:
    """Where the values of the one JSON object in `text` are, by key."""
    span = find_object(text)
    return members(text, span.start, span.end) if span else {}


def members(text: str, position: int, end: int) -> dict[str, TextSpan]:
    """Where the values of the JSON object in text[position:end] are, by key."""
    spans: dict[str, TextSpan] = {}
    while key := _STRING.search(text, position, end):
        colon = _COLON.match(text, key.end())
        first = colon.end() if colon else key.end()
        _, position = json.JSONDecoder().raw_decode(text, first)
        spans[json.loads(key[0])] = (first, position)
    return spans
