"""Response parser: the text of a completion -> Answer or Rejection.

A label is never guessed and nothing is repaired. The text holds exactly one JSON object whose values are labels, or it
is a Rejection with a reason.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.domain.answer import Answer
from backend.domain.chat import finish_reasons
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import Completion
from backend.domain.chat.thoughts import end_of_thoughts, opens_thoughts
from backend.domain.labels.controls.label_lookup import fold
from backend.domain.outcome import Rejection

REMEMBERED = 2048
"""Most answers are one of a few texts, which need not be read again for every task."""
_FENCE = re.compile(r"\s*+(?:`{3,}|~{3,})?\s*")


class _Duplicate(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object at the characters [start, end) of a text. `first`: the index at which thoughts before it end."""

    value: dict[str, Any]
    start: int
    end: int
    first: int = 0


def read(completion: Completion, spec: AnswerSpec) -> Answer | Rejection:
    """The Answer in a completion, or the Rejection. Never raises, whatever the text is."""
    if completion.refused or finish_reasons.is_refusal(completion.finish_reason):
        return Rejection("refused", "The model refused to answer.")
    text, span = completion.text, find_object(completion.text)
    if span is None or (is_cut(completion) and not _FENCE.fullmatch(text, span.end)):
        return _unfound(completion)
    answer = spec.parse(span.value)
    if isinstance(answer, Rejection):
        return answer
    other = other_label(f"{text[span.first : span.start]}\n{text[span.end :]}", answer, spec)
    if other is not None:
        return Rejection("not_json", f"Beside its JSON object the answer names another label, {other[:60]!a}.")
    return answer


def is_cut(completion: Completion) -> bool:
    """Whether the text may have been cut off."""
    return finish_reasons.is_cut(completion.finish_reason)


def _unfound(completion: Completion) -> Rejection:
    """Why a completion holds no JSON object that counts."""
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


@lru_cache(maxsize=REMEMBERED)
def find_object(text: str) -> JsonObject | None:
    """The only JSON object in `text`, maybe with prose, code fences or thoughts around it; None for none or two."""
    try:
        whole = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _embedded(text, end_of_thoughts(text))
    return JsonObject(whole, text.index("{"), text.rindex("}") + 1) if isinstance(whole, dict) else None


def _embedded(text: str, first: int) -> JsonObject | None:
    """An object with an unclosed brace before or after it is a part of something broken, not the answer."""
    embedded: JsonObject | None = None
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
            if embedded is not None:
                return None
            embedded = JsonObject(value, start, end, first)
        start = text.find("{", end)
    if embedded is None or start >= 0:
        return None
    around = (text[first : embedded.start], text[embedded.end :])
    whole = all(part.count("{") == part.count("}") and not opens_thoughts(part) for part in around)
    return embedded if whole else None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """With two values for one key, the answer would be a guess."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Duplicate
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_MOST_BRACES = 100
_DECODER = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


_LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""A letter of a script that puts spaces between words: there a label is found as a whole word only."""


def other_label(prose: str, answer: Answer, spec: AnswerSpec) -> str | None:
    """A label that `prose` names and `answer` does not contain; None if there is none."""
    if not spec.spoken or not prose.strip():
        return None
    answered = set(map(fold, spec.labels_in(answer)))
    labels = (match[0] for match in _named(spec.spoken).finditer(unicodedata.normalize("NFC", prose)))
    return next((label for label in labels if fold(label) not in answered), None)


@lru_cache(maxsize=64)
def _named(labels: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for any of the labels, the longest first: "Refund request" does not name "Refund"."""
    names = {unicodedata.normalize("NFC", label).strip() for label in labels} - {""}
    return re.compile("|".join(map(_word, sorted(names, key=len, reverse=True))) or r"(?!)")


def _word(label: str) -> str:
    """A label of one letter is matched with its own case: "a" is a word of English."""
    case = "(?i:" if len(label) > 1 else "(?:"
    before, after = (rf"(?{kind}{_LETTER})" if re.match(_LETTER, end) else "" for kind, end in _edges(label))
    return f"{before}{case}{re.escape(label)}){after}"


def _edges(label: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("<!", label[0]), ("!", label[-1])
