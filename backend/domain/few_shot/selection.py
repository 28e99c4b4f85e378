"""Selects the ground truths that a version keeps as its examples.

The order of the candidates follows from their texts alone, so the same ground truths give the same examples on every
machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.few_shot.similarity import far_apart
from backend.domain.prompts.examples import LONGEST, MOST_CHARACTERS, MOST_KEPT, Example
from backend.domain.same_text import text_key


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ground truth that may become an example. `labels`: the classes of its answer, as scores name them."""

    example: Example
    labels: Sequence[str]


def kept(candidates: Sequence[Candidate], number: int, select: str) -> tuple[Example, ...]:
    """The examples to keep: for `similar` all candidates within the limits, else the `number` that are shown, if there
    are as many.

    Of copies of one text the first one counts.
    """
    found = _in_order(candidates)
    if select == "balanced":
        found = _balanced(found, number)
    elif select == "diverse" and len(found) > number:
        texts = ["\n".join(one.example.values.values()) for one in found]
        found = [found[place] for place in far_apart(texts, number)]
    most = MOST_KEPT if select == "similar" else number
    return tuple(one.example for one in found[:most])


def _in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each text once, ordered by its digest, as many as there is room for."""
    by_text: dict[str, Candidate] = {}
    for one in candidates:
        by_text.setdefault(text_key(one.example.values.values()), one)
    found, room = [], MOST_CHARACTERS
    for _, one in sorted(by_text.items()):
        size = sum(map(len, one.example.values.values()))
        if size <= min(LONGEST, room):
            found.append(one)
            room -= size
    return found


def _balanced(found: Sequence[Candidate], number: int) -> list[Candidate]:
    """One of each label in turn, until there are `number`. Answers without any label count as one more label."""
    by_label: dict[str, list[Candidate]] = {}
    for one in found:
        for label in one.labels or [""]:
            by_label.setdefault(label, []).append(one)
    chosen: dict[int, Candidate] = {}
    for turn in range(len(found)):
        for _, mine in sorted(by_label.items()):
            if turn < len(mine) and len(chosen) < number:
                chosen[id(mine[turn])] = mine[turn]
    return [one for one in found if id(one) in chosen]
