"""The stand-in's answer: which labels it takes, and the JSON object that says so, in tokens.

Tokens of JSON syntax are certain (log probability 0); those of a field's value multiply to the value's probability.
For a single choice these are the opening quote (or `null`), the label's pieces and the closing quote. A list is written
in the order of the labels, and each step decides between the labels still ahead and the end: `"` or `, "` carries that
there is a next one, `]` that there is none, and the pieces which one it is. Their product is that of p for every label
taken and of 1 - p for every other: the probability of exactly that set.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from demo.stand_in.fields import Field
from demo.stand_in.prompt import Estimate
from demo.stand_in.tokens import IMPOSSIBLE, Spelling, Token, certain, choice, inside_quotes, pieces

PLAIN = "This is the stand-in: it can label, and nothing here asks for a label."
REFUSAL = "The stand-in was told to refuse this."

Finish = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one choice of a completion says; a refusal has no tokens."""

    tokens: tuple[Token, ...]
    finish: Finish = "stop"
    refusal: str | None = None

    @property
    def text(self) -> str:
        return "".join([token.text for token in self.tokens])

    def cut_to(self, limit: int | None) -> "Answer":
        """The same within `limit` tokens; what doesn't fit is lost."""
        return self if limit is None or len(self.tokens) <= limit else Answer(self.tokens[:limit], "length")


def answer(
    estimates: Sequence[Estimate], rng: random.Random | None = None, temperature: float = 1.0, weighed: bool = True
) -> Answer:
    """The likeliest answer (of equals the first), or with `rng` one drawn with the probabilities of `estimates`, each
    raised to 1 / `temperature`.

    Unless `weighed`, which takes longer, its tokens are the same but with no probabilities worth looking at. The
    temperature does not touch those.
    """
    if not estimates:
        return Answer(_plain(PLAIN))
    values = []
    for field, chances in estimates:
        taken = _taken(field, _tempered(field, chances, temperature), rng)
        values.append((field, _value(field, chances, taken) if weighed else _unweighed(field, taken)))
    return Answer(_object(values))


def spoiled(kind: str, estimates: Sequence[Estimate]) -> Answer:
    """An answer with the fault `kind`: malformed, truncated, wrong_label or refused."""
    if kind == "refused":
        return Answer((), refusal=REFUSAL)
    if kind == "malformed":
        return Answer(_plain("Certainly! The stand-in was told to answer with something that is no JSON: {"))
    if kind == "wrong_label":
        return Answer(_wrong(estimates))
    whole = answer(estimates).tokens
    return Answer(whole[: len(whole) // 2], "length")


def _taken(field: Field, chances: Sequence[float], rng: random.Random | None) -> tuple[int, ...]:
    """The positions of the options that are taken: of a single choice exactly one."""
    places = range(len(chances))
    if field.many:
        return tuple([place for place in places if (rng.random() < chances[place] if rng else chances[place] >= 0.5)])
    if not field.labels:
        return ()
    return (rng.choices(places, chances)[0] if rng else max(places, key=chances.__getitem__),)


def _tempered(field: Field, chances: Sequence[float], temperature: float) -> Sequence[float]:
    """Sharper below a temperature of 1, flatter above; a list's labels are each a choice of their own."""
    if temperature == 1 or not chances:
        return chances
    if not field.many:
        likeliest = max(chances)
        return [(chance / likeliest) ** (1 / temperature) for chance in chances]
    odds = [(chance / max(chance, 1 - chance), (1 - chance) / max(chance, 1 - chance)) for chance in chances]
    raised = [(taken ** (1 / temperature), left ** (1 / temperature)) for taken, left in odds]
    return [taken / (taken + left) for taken, left in raised]


def _value(field: Field, chances: Sequence[float], taken: tuple[int, ...]) -> list[Token]:
    if not field.labels:
        return [certain(piece) for piece in pieces(field.filler)]
    return _list(field, chances, taken) if field.many else _one(field, chances, taken[0])


@lru_cache(maxsize=4096)
def _unweighed(field: Field, taken: tuple[int, ...]) -> tuple[Token, ...]:
    return tuple(_value(field, [0.5] * len(field.options), taken))


def _one(field: Field, chances: Sequence[float], taken: int) -> list[Token]:
    if not field.nullable:
        return [certain('"'), *_spelling(field.labels).spell(taken, chances)]
    *labels, null = chances
    odds = {'"': sum(labels), "null": null}
    if taken == len(labels):
        return [choice("null", odds)]
    return [choice('"', odds), *_spelling(field.labels).spell(taken, labels)]


def _list(field: Field, chances: Sequence[float], taken: Sequence[int]) -> list[Token]:
    tokens = [certain("[")]
    start = 0
    for place in taken:
        more, odds, end = _ahead(chances, start)
        tokens.append(choice(more, {more: sum(odds), "]": end}))
        tokens += _spelling(field.labels).spell(place, odds)
        start = place + 1
    more, odds, end = _ahead(chances, start)
    return [*tokens, choice("]", {more: sum(odds), "]": end})]


def _ahead(chances: Sequence[float], start: int) -> tuple[str, list[float], float]:
    """What may come next in a list: the token before another label, each label's probability, that of the end."""
    odds, none_yet = [0.0] * start, 1.0
    for chance in chances[start:]:
        odds.append(none_yet * chance)
        none_yet *= 1 - chance
    return ', "' if start else '"', odds, none_yet


def _wrong(estimates: Sequence[Estimate]) -> tuple[Token, ...]:
    values = [(field, _value(field, chances, _taken(field, chances, None))) for field, chances in estimates]
    labelled = [place for place, (field, _) in enumerate(estimates) if field.labels]
    if not labelled:
        return _plain(PLAIN)
    field = values[labelled[0]][0]
    values[labelled[0]] = (field, _unlisted(field))
    return _object(values)


def _unlisted(field: Field) -> list[Token]:
    """A label that looks like the first one but isn't among the field's."""
    label, known = f"Not {field.labels[0]}", {label.casefold() for label in field.labels}
    while label.casefold() in known:
        label = f"Not {label}"
    first, *rest = pieces(inside_quotes(label))
    opening, closing = ('["', '"]') if field.many else ('"', '"')
    return [certain(opening), Token(first, IMPOSSIBLE, ()), *map(certain, rest), certain(closing)]


def _object(values: Iterable[tuple[Field, Iterable[Token]]]) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for field, value in values:
        tokens += _key(field.name, first=not tokens)
        tokens += value
    return (*tokens, certain("}"))


def _plain(text: str) -> tuple[Token, ...]:
    return tuple(certain(piece) for piece in pieces(text))


@lru_cache(maxsize=256)
def _spelling(labels: tuple[str, ...]) -> Spelling:
    return Spelling(labels)


@lru_cache(maxsize=1024)
def _key(name: str, first: bool) -> tuple[Token, ...]:
    opening = '{"' if first else ', "'
    return (certain(opening), *_plain(inside_quotes(name)), certain('": '))
