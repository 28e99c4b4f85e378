"""Prose: the text beside a model's JSON object, and whether it contradicts the object."""

import re
import unicodedata
from functools import lru_cache

from backend.domain.answer import Answer
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.labels.controls.label_lookup import fold

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
