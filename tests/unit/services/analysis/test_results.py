"""The tasks behind the numbers: what each kind holds, and what is told of a task."""

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.outcome import Failure
from backend.errors import SubsetError
from backend.services.analysis.results import TaskResult, results, results_of
from backend.services.dataset.resolved_version import ResolvedVersion
from tests.labelled_project import STUDIO, LabelledProject

TRUTHS = {1: "Good", 2: "Good", 5: "Bad"}


class Table:
    """Six tasks: right, wrong, unusable, failed, not asked, and answered without a ground truth."""

    def __init__(self, store: Store) -> None:
        self.project = LabelledProject(store, tasks=6, truths=TRUTHS)
        self.mood: ResolvedVersion = self.project.saved()
        self.project.run(self.mood, {1: "Good", 2: "Bad", 3: "oh {", 4: Failure("server", "It failed."), 6: "Bad"})

    def of(self, *kinds: str, truth: str = "ground-truth") -> list[TaskResult]:
        return results(self.project.studio, self.project.stored, self.mood, kinds, truth)


@pytest.fixture
def table(store: Store) -> Table:
    return Table(store)


@pytest.mark.parametrize(
    ("kinds", "tasks"),
    [
        (["wrong"], [2]),
        (["rejected"], [3]),
        (["failed"], [4]),
        (["missing"], [5]),
        (["failed", "missing", "wrong"], [2, 4, 5]),
        ([], [1, 2, 3, 4, 6]),
    ],
)
def test_a_kind_has_these_tasks(table: Table, kinds: list[str], tasks: list[int]) -> None:
    assert [row.task for row in table.of(*kinds)] == tasks


def test_what_is_told_of_each(table: Table) -> None:
    told = {row.task: (row.kind, row.truth, row.answer, row.cost_usd) for row in table.of()}
    assert told == {
        1: ("right", "Good", "Good", 10),
        2: ("wrong", "Good", "Bad", 10),
        3: ("rejected", None, None, 10),
        4: ("failed", None, None, None),
        6: ("usable", None, "Bad", 10),
    }
    assert (table.of()[1].truth_lines, table.of()[1].answer_lines) == (("Good",), ("Bad",))
    assert (table.of()[2].truth_lines, table.of()[2].answer_lines) == ((), ())
    reasons = [row.reason for row in table.of()]
    assert (reasons[0], reasons[3]) == (None, "server: It failed.")
    assert str(reasons[2]).startswith("not_json: ")
    assert table.of()[1].text == "text 2"
    assert table.of()[1].link == f"{STUDIO}/projects/7/data?task=2"


def test_given_tasks_come_in_their_order_asked_or_not(table: Table) -> None:
    rows = results_of(table.project.studio, table.project.stored, table.mood, [5, 2, 77])
    assert [(row.task, row.kind, row.reason) for row in rows] == [(5, "missing", "not asked yet"), (2, "wrong", None)]
    assert (rows[0].truth, rows[0].answer, rows[0].cost_usd) == ("Bad", None, None)


def test_without_ground_truths_nothing_is_known_to_be_wrong(table: Table) -> None:
    table.project.fake.truths = {}
    assert {row.kind for row in table.of()} == {"usable", "rejected", "failed"}
    with pytest.raises(SubsetError, match="no ground truths"):
        table.of("wrong")
    with pytest.raises(SubsetError, match="no annotations"):
        table.of("wrong", truth="any")
