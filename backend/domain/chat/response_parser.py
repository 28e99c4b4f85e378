"""What we accept: a completion's text -> Answer or Rejection.

A label is never guessed and nothing is repaired: the text holds exactly one JSON object whose values are labels, or it
is a Rejection with the reason.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.domain.chat.request import MAX_ATTEMPTS, ChatRequest, Completion
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Answer, Rejection

REMEMBERED = 2048
"""Most answers are one of a few texts, which need not be read again for every task."""
_THOUGHTS = re.compile(r"\A\s*<think>(?:.*?</think>|.*)", re.DOTALL)


class _Duplicate(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object and where it stands in a text: [start, end) in characters."""

    value: dict[str, Any]
    start: int
    end: int


def read(completion: Completion, schema: LabelSchema) -> Answer | Rejection:
    """The Answer a completion holds, or why it can't be used. Never raises, whatever the text is."""
    if completion.refused or (completion.finish_reason == "content_filter"):
        return Rejection("refused", "The model refused to answer.")
    place = find_object(completion.text)
    if place is None:
        if completion.finish_reason == "length":
            return Rejection("truncated", "The answer was cut off before its end; raise max_tokens.")
        return Rejection("not_json", "The answer is not one JSON object.")
    return schema.accept(place.value)


def judge(attempts: Sequence[Completion], schema: LabelSchema) -> tuple[Answer | Rejection | None, Completion | None]:
    """The first usable attempt with its Answer; else the last one with its Rejection; (None, None) for no attempts."""
    verdict: Answer | Rejection | None = None
    completion: Completion | None = None
    for completion in attempts:
        verdict = read(completion, schema)
        if not isinstance(verdict, Rejection):
            break
    return verdict, completion


def settled(attempts: Sequence[Completion], verdict: Answer | Rejection | None, most: int = MAX_ATTEMPTS) -> bool:
    """Whether there is no asking again: there is an Answer, `most` attempts were made, or the model refused; more than
    the usual attempts are allowed by somebody who wants to ask again in spite of that."""
    if isinstance(verdict, Rejection):
        return len(attempts) >= most or (verdict.reason == "refused" and most <= MAX_ATTEMPTS)
    return verdict is not None


def is_done(request: ChatRequest, attempts: Sequence[Completion]) -> bool:
    """Whether there is no asking `request` again, `attempts` being all answers to it."""
    return settled(attempts, judge(attempts, request.template.schema)[0], request.template.attempts)


@lru_cache(maxsize=REMEMBERED)
def find_object(text: str) -> JsonObject | None:
    """The one JSON object in `text`, with or without prose, code fences or thoughts around it; None for none or two."""
    thoughts = _THOUGHTS.match(text)
    first = thoughts.end() if thoughts else 0
    try:
        whole = _DECODER.decode(text[first:])
    except (ValueError, RecursionError):
        return _embedded(text, first)
    return JsonObject(whole, text.index("{", first), text.rindex("}") + 1) if isinstance(whole, dict) else None


def _embedded(text: str, first: int) -> JsonObject | None:
    """An object with a brace left open around or behind it is a part of something broken, not the answer."""
    found: JsonObject | None = None
    start = text.find("{", first)
    for _ in range(_MOST_BRACES):
        if start < 0:
            break
        try:
            value, end = _DECODER.raw_decode(text, start)
        except _Duplicate:
            return None
        except (ValueError, RecursionError):
            end = start + 1
        else:
            if found is not None:
                return None
            found = JsonObject(value, start, end)
        start = text.find("{", end)
    if found is None or start >= 0:
        return None
    around = (text[first : found.start], text[found.end :])
    return found if all(part.count("{") == part.count("}") for part in around) else None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values for one key would make us guess."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_MOST_BRACES = 100
_DECODER = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
