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
    chosen = _in_order(candidates)
    if select == "balanced":
        chosen = _balanced(chosen, number)
    elif select == "diverse" and len(chosen) > number:
        texts = ["\n".join(candidate.example.values.values()) for candidate in chosen]
        chosen = [chosen[index] for index in far_apart(texts, number)]
    most = MOST_KEPT if select == "similar" else number
    return tuple(candidate.example for candidate in chosen[:most])


def _in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each text once, ordered by its digest, as many as there is room for."""
    by_text: dict[str, Candidate] = {}
    for candidate in candidates:
        by_text.setdefault(text_key(candidate.example.values.values()), candidate)
    ordered, room = [], MOST_CHARACTERS
    for _, candidate in sorted(by_text.items()):
        size = sum(map(len, candidate.example.values.values()))
        if size <= min(LONGEST, room):
            ordered.append(candidate)
            room -= size
    return ordered


def _balanced(candidates: Sequence[Candidate], number: int) -> list[Candidate]:
    """One of each label in turn, until there are `number`. Answers without any label count as one more label."""
    by_label: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        for label in candidate.labels or [""]:
            by_label.setdefault(label, []).append(candidate)
    chosen: dict[int, Candidate] = {}
    for turn in range(len(candidates)):
        for _, group in sorted(by_label.items()):
            if turn < len(group) and len(chosen) < number:
                chosen[id(group[turn])] = group[turn]
    return [candidate for candidate in candidates if id(candidate) in chosen]
