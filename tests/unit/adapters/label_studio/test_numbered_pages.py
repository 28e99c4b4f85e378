"""A list without an order by id: pages that tasks moved to are read again."""

from typing import Any

import pytest

from backend.adapters.label_studio.numbered_pages import NumberedPages


def read(*answers: Any) -> tuple[list[int], list[int]]:
    """The ids, and the numbers of the pages that were asked for."""
    left, asked = list[dict[str, Any]](answers), list[int]()

    def ask(number: int) -> dict[str, Any]:
        asked.append(number)
        return left.pop(0)

    return [row["id"] for part in NumberedPages(ask).parts() for row in part], asked


def page(ids: list[int], total: int | None) -> dict[str, Any]:
    rows: dict[str, Any] = {"tasks": [{"id": task} for task in ids]}
    return rows if total is None else {**rows, "total": total}


BEHIND = {"tasks": list[Any]()}


@pytest.mark.parametrize(
    ("answers", "ids", "asked"),
    [
        ([page([], 0)], [], [1]),
        ([page([4, 2], 2)], [4, 2], [1]),
        ([page([4, 2], 3), page([9], 3)], [4, 2, 9], [1, 2]),
        ([page([1, 2], 4), page([4], 3), page([2, 3], 3), page([4], 3)], [1, 2, 4, 3], [1, 2, 1, 2]),
        ([page([1, 2], 3), BEHIND, page([2, 3], 2)], [1, 2, 3], [1, 2, 1]),
        ([page([1, 2], None), BEHIND, page([1, 2], None), BEHIND], [1, 2], [1, 2, 1, 2]),
        ([page([1, 2], 9), page([1, 2], 9), BEHIND, page([1, 2], 9), BEHIND], [1, 2], [1, 2, 3, 2, 3]),
    ],
)
def test_each_is_read_once(answers: list[Any], ids: list[int], asked: list[int]) -> None:
    assert read(*answers) == (ids, asked)


@pytest.mark.parametrize("left", [0, 5, 15, 25, 85])
def test_what_is_left_is_listed_although_many_leave_meanwhile(left: int) -> None:
    listed, asked = list(range(1, 101)), list[int]()

    def ask(number: int) -> dict[str, Any]:
        asked.append(number)
        if len(asked) == 9:
            del listed[: 100 - left]
        rows = listed[10 * (number - 1) : 10 * number]
        return page(rows, len(listed)) if rows else BEHIND

    ids = [row["id"] for part in NumberedPages(ask).parts() for row in part]
    assert set(listed) <= set(ids)
    assert len(ids) == len(set(ids))
    assert len(asked) < 25


def test_a_list_that_shrinks_twice_is_read_to_its_end() -> None:
    answers = [page([1, 2], 8), page([3, 4], 8), BEHIND, page([5, 6], 4), page([5, 6], 4), BEHIND, page([6, 7], 2)]
    assert read(*answers) == ([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 2, 1, 2, 1])
