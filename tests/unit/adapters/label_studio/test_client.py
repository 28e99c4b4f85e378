"""Lists that Label Studio gives in pages of its own size, and that may not end."""

from typing import Any

import pytest

from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.task_pages import TaskPages
from backend.domain.labels.regions import fingerprint
from tests.unit.adapters.label_studio.shelf import Shelf


class ProjectPages:
    """In place of LabelStudioHttp. `most`: rows that it allows on a page; `endless`: whether it says that more follow
    whatever page is asked for, and repeats the last."""

    def __init__(self, number: int, most: int, endless: bool = False) -> None:
        self.rows = [{"id": n + 1} for n in range(number)]
        self.most, self.endless = most, endless
        self.asked: list[int] = []

    def call(self, method: str, path: str, *, page: int, page_size: int) -> Any:
        assert (method, path) == ("GET", "api/projects/")
        self.asked.append(page)
        size = min(self.most, page_size)
        start = min((page - 1) * size, max(0, len(self.rows) - size) if self.endless else len(self.rows))
        more = self.endless or start + size < len(self.rows)
        return {"results": self.rows[start : start + size], "next": "http://studio/?page=2" if more else None}


@pytest.mark.parametrize(("most", "pages"), [(100, 3), (30, 9)])
def test_all_projects_are_listed_once_whatever_size_a_page_has(most: int, pages: int) -> None:
    http: Any = ProjectPages(250, most)
    assert [row["id"] for row in client(http).projects()] == [*range(1, 251)]
    assert http.asked == [*range(1, pages + 1)]


def test_a_list_of_projects_that_does_not_end_is_left() -> None:
    http: Any = ProjectPages(250, 100, endless=True)
    assert [row["id"] for row in client(http).projects()] == [*range(1, 251)]
    assert len(http.asked) == 4


@pytest.mark.parametrize("most", [None, 3])
def test_a_tab_has_its_own_order_and_is_read_whole(most: int | None) -> None:
    http: Any = Shelf([5, 2, 9, 1], most)
    assert [task for page in client(http).id_pages(1, view=3) for task in page] == [5, 2, 9, 1]


@pytest.mark.parametrize("most", [None, 100])
def test_tasks_come_in_the_order_of_their_ids_as_they_are_asked_for(most: int | None) -> None:
    http: Any = Shelf(range(1, 1001), most)
    wanted = [*range(900, 100, -1), 5000]
    assert [task.id for page in client(http).tasks_by_id(1, wanted) for task in page] == wanted[:-1]


def client(http: Any) -> LabelStudioClient:
    made = LabelStudioClient("http://127.0.0.1:1", "f" * 40)
    made.http, made._pages = http, TaskPages(http)
    return made


class Predictions:
    """In place of LabelStudioHttp, with one prediction of this result."""

    def __init__(self, result: Any) -> None:
        self.row = {"id": 1, "task": 2, "model_version": "mood@1", "score": None, "result": result}

    def rows(self, path: str, **params: Any) -> Any:
        assert path == "api/predictions/"
        return iter([self.row])


@pytest.mark.parametrize(
    ("result", "regions"),
    [
        (None, []),
        ({}, []),
        (5, []),
        ([1, None, {"type": "choices"}], [{"type": "choices"}]),
        ([{"value": None}], [{"value": None}]),
    ],
)
def test_a_result_that_is_no_list_of_regions_is_read_as_empty(result: Any, regions: list[Any]) -> None:
    """Label Studio takes any `result`, and stores null for most that are no lists."""
    http: Any = Predictions(result)
    (prediction,) = client(http).predictions(7)
    assert prediction.result == regions
    assert fingerprint(prediction.score, prediction.result) >= 0
