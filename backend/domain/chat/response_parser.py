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

from backend.domain.answer import Answer
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.prose import other_label
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import MAX_ATTEMPTS, ChatRequest, Completion
from backend.domain.chat.thoughts import end_of_thoughts, opens_thoughts
from backend.domain.outcome import Rejection

REMEMBERED = 2048
"""Most answers are one of a few texts, which need not be read again for every task."""
_CUT_SHORT = ("length", "max_tokens", "model_length", "max_length", "max_output_tokens", "token_limit", "incomplete")
BROKEN_OFF = ("abort", "aborted", "cancelled", "insufficient_system_resource")
CUT = frozenset((*_CUT_SHORT, *BROKEN_OFF))
"""Reasons to finish that mean a text may go on: OpenAI's, and what others say in its place."""
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})?\s*")


class _Duplicate(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object and where it stands in a text: [start, end) in characters; `first`: where thoughts before it
    end."""

    value: dict[str, Any]
    start: int
    end: int
    first: int = 0


def read(completion: Completion, spec: AnswerSpec) -> Answer | Rejection:
    """The Answer a completion holds, or why it can't be used. Never raises, whatever the text is."""
    if completion.refused or (completion.finish_reason == "content_filter"):
        return Rejection("refused", "The model refused to answer.")
    text, place = completion.text, find_object(completion.text)
    if place is None or (is_cut(completion) and not _FENCE.fullmatch(text, place.end)):
        return _unfound(completion)
    answer = spec.parse(place.value)
    if isinstance(answer, Rejection):
        return answer
    other = other_label(f"{text[place.first : place.start]}\n{text[place.end :]}", answer, spec)
    if other is not None:
        return Rejection("not_json", f"Beside its JSON object the answer names another label, {other[:60]!a}.")
    return answer


def is_cut(completion: Completion) -> bool:
    """Whether its text may have gone on."""
    return completion.finish_reason.lower() in CUT


def _unfound(completion: Completion) -> Rejection:
    """Why there is no object in a completion that counts."""
    if is_cut(completion):
        if runs_on(completion.text):
            return Rejection(
                "truncated", "The answer went on in blanks or repeats until it was cut off; try another model."
            )
        return Rejection("truncated", "The answer was cut off before its end; raise max_tokens.")
    if completion.text.strip():
        return Rejection("not_json", "The answer is not one JSON object.")
    if completion.elsewhere:
        where = f"the model's server put its text into '{completion.elsewhere}'"
        return Rejection("empty", f"The answer is empty: {where}. Set the server up to give it as 'content'.")
    return Rejection("empty", "The answer is empty.")


def judge(attempts: Sequence[Completion], spec: AnswerSpec) -> tuple[Answer | Rejection | None, Completion | None]:
    """The first usable attempt with its Answer; else the last one with its Rejection; (None, None) for no attempts."""
    verdict: Answer | Rejection | None = None
    completion: Completion | None = None
    for completion in attempts:
        verdict = read(completion, spec)
        if not isinstance(verdict, Rejection):
            break
    return verdict, completion


def settled(attempts: Sequence[Completion], verdict: Answer | Rejection | None, most: int = MAX_ATTEMPTS) -> bool:
    """Whether there is no asking again: there is an Answer, `most` attempts were made, or the next one would be the
    same: the model refused, or its server puts what it says where no answer is. More than the usual attempts are
    allowed by somebody who wants to ask again in spite of that."""
    if isinstance(verdict, Rejection):
        return len(attempts) >= most or (most <= MAX_ATTEMPTS and _is_final(verdict, attempts[-1]))
    return verdict is not None


def _is_final(verdict: Rejection, last: Completion) -> bool:
    return verdict.reason == "refused" or (verdict.reason == "empty" and last.elsewhere is not None)


def is_done(request: ChatRequest, attempts: Sequence[Completion]) -> bool:
    """Whether there is no asking `request` again, `attempts` being all answers to it."""
    return settled(attempts, judge(attempts, request.template.spec)[0], most_attempts(request, attempts))


def most_attempts(request: ChatRequest, attempts: Sequence[Completion]) -> int:
    """One more where the first answer may have been cut at the request's bound: that was our doing, not the model's."""
    bound, first = request.template.bound, next(iter(attempts), None)
    ours = bound is not None and first is not None and is_cut(first) and 0 < first.completion_tokens <= bound
    return request.template.attempts + (ours and not runs_on(first.text) if first else 0)


@lru_cache(maxsize=REMEMBERED)
def find_object(text: str) -> JsonObject | None:
    """The one JSON object in `text`, with or without prose, code fences or thoughts around it; None for none or two."""
    try:
        whole = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _embedded(text, end_of_thoughts(text))
    return JsonObject(whole, text.index("{"), text.rindex("}") + 1) if isinstance(whole, dict) else None


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
            found = JsonObject(value, start, end, first)
        start = text.find("{", end)
    if found is None or start >= 0:
        return None
    around = (text[first : found.start], text[found.end :])
    whole = all(part.count("{") == part.count("}") and not opens_thoughts(part) for part in around)
    return found if whole else None


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
