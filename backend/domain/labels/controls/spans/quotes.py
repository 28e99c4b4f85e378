"""Quotes: what a model says of the stretches of text that it marks, as JSON and in the words that ask for it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from backend.domain.characters import quoted
from backend.domain.labels.choice_names import LONGEST
from backend.domain.labels.controls.wording import excerpt
from backend.domain.labels.placement.location import Quote
from backend.domain.outcome import Rejection

MOST = 1000
"""Quotes of one answer; each is looked for in the whole text."""
WORDS_BEFORE = 5
_CHARACTERS_BEFORE = 200
KEYS = ("label", "text", "before")
RESERVED = (*KEYS, "turn", "id")
"""Keys of a quote, which nothing else that is said of it can have."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


def described(source: str, turns: bool = False, ids: bool = False) -> str:
    """What a model is asked for.

    source: the `value` of the tag that shows the text
    turns: which is a dialogue
    ids: each quote has one
    """
    name = '"id": a name for it that no other object has, such as "1"; ' if ids else ""
    turn = '"turn": the number in square brackets at the start of the turn it is in; ' if turns else ""
    return (
        f"a list of all mentions in {quoted(source.removeprefix('$'), LONGEST)}, also repeated ones, in order of "
        f'appearance, [] if there is none. Each is an object: {name}{turn}"text": the characters exactly as they stand '
        'there, the shortest form that is the whole mention; "before": the up to '
        f'{WORDS_BEFORE} words right before it, "" at the beginning; "label": exactly one of'
    )


def quote_schema(
    labels: Sequence[str], turns: bool = False, ids: bool = False, more: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """Strict JSON Schema of one quote. `more`: what else is said of it, by key."""
    turn = ({"id": {"type": "string"}} if ids else {}) | ({"turn": {"type": "integer"}} if turns else {})
    return {
        "type": "object",
        "properties": {
            **turn,
            "label": {"type": "string", "enum": list(labels)},
            "text": {"type": "string"},
            "before": {"type": "string"},
            **more,
        },
        "required": [*turn, *KEYS, *more],
        "additionalProperties": False,
    }


def read_quote(item: Any, control: str, stored: Callable[[str], str | None], turns: bool = False) -> Quote | Rejection:
    """The Quote in a model's JSON, or why it can't be used. `stored`: the label that a name means, None for no one."""
    if not isinstance(item, dict):
        return Rejection(
            "wrong_type", f"{excerpt(item)} is not an object with a label and a text, as '{control}' takes."
        )
    label, text, before = (item.get(key) for key in KEYS)
    if label is None or text is None:
        return Rejection("missing_field", f"A span of '{control}' has no '{'label' if label is None else 'text'}'.")
    stored_label = stored(label) if isinstance(label, str) else None
    if stored_label is None:
        return Rejection("unknown_choice", f"{excerpt(label)} is not a label of '{control}'.")
    wrong = next((value for value in (text, before or "") if not isinstance(value, str)), None)
    if wrong is not None:
        return Rejection("wrong_type", f"{excerpt(wrong)} is not a text, which a span of '{control}' takes.")
    turn = _turn(item, control) if turns else None
    return turn if isinstance(turn, Rejection) else Quote(text, stored_label, before or "", turn)


def read_ref(item: Mapping[str, Any], control: str) -> str | Rejection:
    """The id that a model gives to a quote."""
    ref = item.get("id")
    if ref is None:
        return Rejection("missing_field", f"A span of '{control}' has no 'id'.")
    return ref if isinstance(ref, str) else Rejection("wrong_type", f"{excerpt(ref)} is not a text, as an 'id' is.")


def ref_of(control: str, number: int) -> str:
    """The id that the span of that number has in an example, from 1 on."""
    return f"{control}-{number}"


def _turn(item: Mapping[str, Any], control: str) -> int | Rejection:
    if item.get("turn") is None:
        return Rejection("missing_field", f"A span of '{control}' has no 'turn'.")
    turn = item["turn"]
    if isinstance(turn, bool) or not isinstance(turn, int):
        return Rejection(
            "wrong_type", f"{excerpt(turn)} is not the number of a turn, which a span of '{control}' takes."
        )
    return turn


def stray_turn(quotes: Sequence[Quote], turns: int) -> int | None:
    """The first turn of a quote that a dialogue of so many turns does not have."""
    return next((quote.turn for quote in quotes if quote.turn is not None and not 0 <= quote.turn < turns), None)


def quote_json(label: str, quote: Quote, ref: str = "") -> dict[str, Any]:
    """The inverse: what a model says, with the last words of what stands before."""
    words = quote.before[-_CHARACTERS_BEFORE:].split()[-WORDS_BEFORE:]
    turn = {} if quote.turn is None else {"turn": quote.turn}
    name = {"id": ref} if ref else {}
    return {**name, **turn, "label": label, "text": quote.text, "before": " ".join(words)}
