"""Looks: counted, with levels that together are 5 %, and begun anew with fresh ground truths."""

import pytest

from backend.domain.metrics.comparison import BETTER, UNDECIDED, WORSE, VersionPair
from backend.domain.optimize.looks import CountedLook, Look, counted, judged

HALF = frozenset(range(50))


def look(content: str, tasks: frozenset[int] = HALF) -> Look:
    return Look(content, tasks)


def test_the_levels_of_all_looks_together_are_five_percent() -> None:
    levels = [CountedLook(number, HALF).level for number in range(1, 10_000)]
    assert levels[0] == pytest.approx(0.0304, abs=0.0001)
    assert 0.0499 < sum(levels) < 0.05


def test_each_prompt_and_each_set_of_ground_truths_is_a_look() -> None:
    past = [look("a"), look("b"), look("a", HALF | {99})]
    assert counted(past, look("c"), "base").number == 4
    assert counted([], look("c"), "base") == CountedLook(1, HALF)


def test_the_base_does_not_count_and_the_same_look_keeps_its_number() -> None:
    past = [look("base"), look("a"), look("b"), look("a")]
    assert counted(past, look("c"), "base").number == 3
    assert counted(past, look("a"), "base").number == 1


def test_as_many_fresh_ground_truths_as_were_seen_begin_a_new_count_on_them_alone() -> None:
    past = [look("a"), look("b")]
    few, enough = frozenset(range(99)), frozenset(range(100))
    assert counted(past, look("c", few), "base") == CountedLook(3, few)
    assert counted(past, look("c", enough), "base") == CountedLook(1, enough - HALF)
    later = [*past, look("c", enough)]
    assert counted(later, look("d", enough), "base") == CountedLook(2, enough - HALF)


def test_a_few_fresh_ones_are_not_enough_for_a_new_count() -> None:
    past = [look("a", frozenset(range(6)))]
    assert counted(past, look("b", frozenset(range(15))), "base").number == 2


def pair(fixed: int, broken: int, verdict: str) -> VersionPair:
    return VersionPair("a", "b", 0.1, None, tuple(range(fixed)), tuple(range(100, 100 + broken)), 0.01, verdict, {})


@pytest.mark.parametrize(
    ("fixed", "broken", "number", "verdict"),
    [(6, 0, 1, BETTER), (5, 0, 1, UNDECIDED), (6, 0, 2, UNDECIDED), (8, 0, 2, BETTER), (0, 9, 1, UNDECIDED)],
)
def test_a_later_look_has_to_show_more(fixed: int, broken: int, number: int, verdict: str) -> None:
    tasks = frozenset(range(200))
    assert judged(pair(fixed, broken, BETTER), CountedLook(number, tasks)).verdict == (
        verdict if fixed > broken else UNDECIDED
    )


def test_only_the_tasks_of_the_count_judge() -> None:
    assert judged(pair(8, 0, BETTER), CountedLook(1, frozenset(range(3)))).verdict == UNDECIDED
    assert judged(pair(0, 8, WORSE), CountedLook(1, frozenset())).verdict == WORSE
