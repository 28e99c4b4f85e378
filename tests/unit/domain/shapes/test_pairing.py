"""Which marks are the same: the most alike first, each once."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.shapes.likeness import ENOUGH, likeness, most_likeness
from backend.domain.shapes.marked_box import Boxes, MarkedBox, boxes_of, boxes_or_none
from backend.domain.shapes.pairing import MOST_COMPARED, as_in_truth, pairs_of, promising
from tests.properties import cases

boxes = st.builds(
    MarkedBox,
    st.sampled_from("ab"),
    st.just("rectangle"),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 8),
    st.integers(1, 8),
)
values = st.lists(boxes, max_size=5).map(boxes_or_none)


def box(label: str, x: float, width: float = 10) -> MarkedBox:
    return MarkedBox(label, "rectangle", x, 0, width, 10)


def test_the_most_alike_are_taken_first_and_each_once() -> None:
    truth = Boxes((box("a", 0), box("a", 3)))
    answer = Boxes((box("a", 2), box("a", 3)))
    assert [(pair.truth.x, pair.answer.x) for pair in pairs_of(answer, truth)] == [(3, 3), (0, 2)]


def test_another_label_is_another_mark() -> None:
    assert not pairs_of(Boxes((box("a", 0),)), Boxes((box("b", 0),)))
    assert not pairs_of(None, Boxes((box("b", 0),)))


def test_the_size_of_the_picture_counts_for_turned_marks_and_points() -> None:
    truth = Boxes((MarkedBox("a", "point", 50, 50),), (1000, 500))
    near = Boxes((MarkedBox("a", "point", 50, 59),))
    assert [pair.apart for pair in pairs_of(near, truth)] == [4.5]
    assert [pair.apart for pair in pairs_of(Boxes(near.boxes, (1000, 500)), Boxes(truth.boxes))] == [4.5]
    assert not pairs_of(near, Boxes(truth.boxes)), "9 % of a square"


@cases(1000)
@given(values, values)
def test_pairs_are_greedy_and_as_many_as_they_can_be_at_most(answer: Boxes | None, truth: Boxes | None) -> None:
    found = pairs_of(answer, truth)
    assert len({pair.truth for pair in found}) == len({pair.answer for pair in found}) == len(found)
    assert all(pair.truth.label == pair.answer.label and pair.likeness >= ENOUGH for pair in found)
    assert [pair.likeness for pair in found] == sorted((pair.likeness for pair in found), reverse=True)
    for one in boxes_of(truth):
        for other in boxes_of(answer):
            if one.label == other.label and (alike := likeness(one, other, 1)) >= ENOUGH:
                first = max(pair.likeness for pair in found if one == pair.truth or other == pair.answer)
                assert first >= alike, "one of them is taken by what is at least as alike"
    assert len(found) <= _most(answer, truth) <= 2 * len(found)


def _most(answer: Boxes | None, truth: Boxes | None) -> int:
    """Of all ways to pair them, the most pairs."""
    given, wanted = boxes_of(answer), boxes_of(truth)
    fits = [[a.label == t.label and likeness(a, t, 1) >= ENOUGH for t in wanted] for a in given]
    if len(given) > len(wanted):
        fits = [list(column) for column in zip(*fits, strict=True)]
    ways = permutations(range(max(len(given), len(wanted))), len(fits))
    return max(sum(fits[i][j] for i, j in enumerate(way)) for way in ways)


def test_the_answer_as_the_truth_has_it() -> None:
    truth, answer = Boxes((box("a", 0), box("b", 50))), Boxes((box("a", 1), box("b", 90)), (2, 1))
    assert as_in_truth(answer, truth) == Boxes((box("a", 0), box("b", 90)))
    assert as_in_truth(answer, None) is answer
    assert as_in_truth(Labels(("a",)), truth) == Labels(("a",))


@pytest.mark.parametrize("truth", [None, Boxes((box("a", 40),))])
def test_without_a_common_mark_the_answer_stays(truth: Boxes | None) -> None:
    assert as_in_truth(Boxes((box("a", 0),)), truth) == Boxes((box("a", 0),))


mixed = st.builds(
    MarkedBox,
    st.sampled_from("ab"),
    st.sampled_from(["rectangle", "ellipse"]),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([0, 0, 30, 200]),
)
points = st.builds(MarkedBox, st.sampled_from("ab"), st.just("point"), st.integers(0, 12), st.integers(0, 12))


@given(st.one_of(*(st.tuples(st.lists(kind, max_size=9), st.lists(kind, max_size=9)) for kind in (mixed, points))))
@cases(100)
def test_none_is_passed_over_by_its_place(drawn: tuple[list[MarkedBox], list[MarkedBox]]) -> None:
    answer, truth = (boxes_or_none(boxes, (100, 300)) for boxes in drawn)
    paired = {(pair.truth, pair.answer) for pair in pairs_of(answer, truth)}
    taken = {box for pair in paired for box in pair}
    for one in boxes_of(truth):
        for other in boxes_of(answer):
            alike = one.shape == other.shape and one.label == other.label and likeness(one, other, 3.0) >= ENOUGH
            assert not alike or (one, other) in paired or {one, other} & taken


@given(st.one_of(*(st.tuples(st.lists(kind, max_size=9), st.lists(kind, max_size=9)) for kind in (mixed, points))))
@cases(300)
def test_pairs_are_those_of_comparing_all_with_all(drawn: tuple[list[MarkedBox], list[MarkedBox]]) -> None:
    answer, truth = (boxes_or_none([box for box in boxes if box.shape != "ellipse"], (100, 300)) for boxes in drawn)
    assert [(pair.truth, pair.answer) for pair in pairs_of(answer, truth)] == _of_all(boxes_of(answer), boxes_of(truth))


def _of_all(given: Sequence[MarkedBox], wanted: Sequence[MarkedBox]) -> list[tuple[MarkedBox, MarkedBox]]:
    """The table of all pairs, the most alike first."""
    same = [(i, j) for i, one in enumerate(wanted) for j, other in enumerate(given) if one.label == other.label]
    table = sorted((-likeness(wanted[i], given[j], 3.0), i, j) for i, j in same)
    kept: list[tuple[int, int]] = []
    for alike, i, j in table:
        if -alike >= ENOUGH and all(i != row and j != column for row, column in kept):
            kept.append((i, j))
    return [(wanted[i], given[j]) for i, j in kept]


@pytest.mark.parametrize("apart", [0.1, 0.0001])
def test_of_thousands_only_the_nearest_are_compared(apart: float, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[MarkedBox] = []

    def counted(one: MarkedBox, other: MarkedBox, ratio: float) -> float:
        compared.append(other)
        return most_likeness(one, other, ratio)

    monkeypatch.setattr("backend.domain.shapes.pairing.most_likeness", counted)
    many = Boxes(tuple(MarkedBox("a", "rectangle", step * apart, 0, 0.05, 1) for step in range(1000)))
    assert len(pairs_of(many, many)) == 1000
    assert len(compared) <= 2 * MOST_COMPARED * 1000


@pytest.mark.slow
def test_marks_on_top_of_each_other_are_all_paired() -> None:
    truth, answer = (Boxes(tuple(box("a", step / 1000 + add) for step in range(400))) for add in (0, 0.7))
    assert len(pairs_of(answer, truth)) == 400, "all of them are alike enough, whichever is paired with which"


def row(number: int, label: str = "a", width: float = 10) -> list[MarkedBox]:
    return [MarkedBox(label, "rectangle", step / 10, 0, width, 10) for step in range(number)]


def test_of_few_all_that_may_be_alike_are_compared() -> None:
    found = promising(row(3), row(4), 1.0)
    assert set(found) == {(i, j) for i in range(3) for j in range(4)}
    assert found[(2, 2)] == 1


def test_of_many_the_nearest_from_both_sides() -> None:
    found = promising(row(100), row(1), 1.0)
    assert set(found) == {(i, 0) for i in range(34)}, "from further left less than half of both is common"
    near = [j for i, j in promising(row(100), row(100), 1.0) if i == 50]
    assert set(range(44, 57)) <= set(near)
    assert len(near) <= 2 * MOST_COMPARED


def test_labels_are_compared_apart() -> None:
    assert not promising(row(20, "a"), row(20, "b"), 1.0)
    both = [*row(20, "a"), *row(20, "b")]
    assert all(both[i].label == both[j].label for i, j in promising(both, both, 1.0))
    assert {(i, i) for i in range(40)} <= set(promising(both, both, 1.0))
