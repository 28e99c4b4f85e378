"""Which marks are compared at all."""

from backend.domain.shapes.marked_box import MarkedBox
from backend.domain.shapes.promising_pairs import MOST_COMPARED, promising


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
