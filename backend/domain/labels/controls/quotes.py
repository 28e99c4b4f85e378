"""Quotes: what a model says of the stretches of text that it marks, as JSON and in the words that ask for it."""

from collections.abc import Callable, Sequence
from typing import Any

from backend.domain.answer import MarkedSpan
from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.controls.wording import said
from backend.domain.labels.placement.place import Quote
from backend.domain.outcome import Rejection

MOST = 1000
"""Quotes of one answer; each is looked for in the whole text."""
WORDS_BEFORE = 5
_CHARACTERS_BEFORE = 200
KEYS = ("label", "text", "before")


def described(source: str) -> str:
    """What a model is asked for. `source`: the `value` of the tag that shows the text."""
    return (
        f"a list of all mentions in {quoted(source.removeprefix('$'), LONGEST)}, also repeated ones, in order of "
        'appearance, [] if there is none. Each is an object: "text": the characters exactly as they stand there, the '
        'shortest form that is the whole mention; "before": the up to '
        f'{WORDS_BEFORE} words right before it, "" at the beginning; "label": exactly one of'
    )


def quote_schema(labels: Sequence[str]) -> dict[str, Any]:
    """Strict JSON Schema of one quote."""
    return {
        "type": "object",
        "properties": {
            "label": {"type": "string", "enum": list(labels)},
            "text": {"type": "string"},
            "before": {"type": "string"},
        },
        "required": list(KEYS),
        "additionalProperties": False,
    }


def read_quote(item: Any, control: str, stored: Callable[[str], str | None]) -> Quote | Rejection:
    """The Quote in a model's JSON, or why it can't be used. `stored`: the label that a name means, None for no one."""
    if not isinstance(item, dict):
        return Rejection("wrong_type", f"{said(item)} is not an object with a label and a text, as '{control}' takes.")
    label, text, before = (item.get(key) for key in KEYS)
    if label is None or text is None:
        return Rejection("missing_field", f"A span of '{control}' has no '{'label' if label is None else 'text'}'.")
    known = stored(label) if isinstance(label, str) else None
    if known is None:
        return Rejection("unknown_choice", f"{said(label)} is not a label of '{control}'.")
    wrong = next((value for value in (text, before or "") if not isinstance(value, str)), None)
    if wrong is not None:
        return Rejection("wrong_type", f"{said(wrong)} is not a text, which a span of '{control}' takes.")
    return Quote(text, known, before or "")


def quote_json(label: str, span: MarkedSpan, text: str) -> dict[str, str]:
    """The inverse: what a model says that marks `span` in `text`."""
    words = text[max(0, span.start - _CHARACTERS_BEFORE) : span.start].split()[-WORDS_BEFORE:]
    return {"label": label, "text": span.text, "before": " ".join(words)}
