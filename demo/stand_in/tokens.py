"""Tokens of an answer and how likely each was where it stands.

A label is split into pieces of about four characters, so that labels with the same beginning share first tokens. Each
token's log probability is the conditional one: the odds of all labels that go on with this token, over those of all
that were possible before it. Multiplied along a label and its closing quote they give the label's own probability.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

IMPOSSIBLE = -9999.0
"""OpenAI's log probability of what was practically ruled out."""

_PIECE = re.compile(r"[ _-]?[^\W_]{1,4}|.", re.DOTALL)
_MOST_RIVALS = 20


class Token(NamedTuple):
    """A piece of an answer, its log probability, and the likeliest pieces there, itself usually among them."""

    text: str
    logprob: float
    rivals: tuple[tuple[str, float], ...]


class Spelling:
    """How the labels of one field are spelled in tokens, as a tree of what can follow what."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._paths = [(*pieces(inside_quotes(label)), '"') for label in labels]
        self._root = _Node(range(len(labels)), self._paths, depth=0)

    def spell(self, place: int, odds: Sequence[float]) -> list[Token]:
        """The tokens of the label at `place` and its closing quote, where label i has the odds `odds[i]`."""
        node, tokens = self._root, []
        for piece in self._paths[place]:
            tokens.append(certain(piece) if len(node.next) == 1 else choice(piece, node.odds(odds)))
            node = node.next[piece]
        return tokens


class _Node:
    __slots__ = ("next", "places")

    def __init__(self, places: Sequence[int], paths: Sequence[Sequence[str]], depth: int) -> None:
        self.places = places
        branches: dict[str, list[int]] = {}
        for place in places:
            if depth < len(paths[place]):
                branches.setdefault(paths[place][depth], []).append(place)
        self.next = {piece: _Node(behind, paths, depth + 1) for piece, behind in branches.items()}

    def odds(self, odds: Sequence[float]) -> dict[str, float]:
        return {piece: sum([odds[place] for place in node.places]) for piece, node in self.next.items()}


def pieces(text: str) -> list[str]:
    """`text` cut into tokens; joined again they are `text`."""
    return _PIECE.findall(text)


def inside_quotes(text: str) -> str:
    """`text` as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


@lru_cache(maxsize=16384)
def certain(text: str) -> Token:
    """A token that had no rival: log probability 0."""
    return Token(text, 0.0, ((text, 0.0),))


def choice(text: str, odds: Mapping[str, float]) -> Token:
    """The token `text` among all that could stand in its place, with their odds (of any sum)."""
    total = sum(odds.values())
    likeliest = sorted(odds.items(), key=lambda pair: -pair[1])[:_MOST_RIVALS]
    return Token(text, _log(odds[text], total), tuple((rival, _log(weight, total)) for rival, weight in likeliest))


def _log(part: float, total: float) -> float:
    return min(0.0, math.log(part / total)) if part > 0 and total > 0 else IMPOSSIBLE
