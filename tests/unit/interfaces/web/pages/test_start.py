"""The page of a prompt sums only the runs that it lists."""

from types import SimpleNamespace
from typing import Any

from backend.interfaces.web.pages.start import MOST_LISTED, show_prompt


def test_runs_that_are_not_listed_are_not_summed_one_by_one() -> None:
    version = SimpleNamespace(version=SimpleNamespace(tag="mood@1"))
    runs = [SimpleNamespace(run=SimpleNamespace(id=str(number), tag="mood@1")) for number in range(MOST_LISTED + 50)]
    watched: list[str] = []
    objects = SimpleNamespace(
        prompt=lambda _: SimpleNamespace(project=7),
        versions=lambda _: [version],
        runs=lambda _: runs,
        project=lambda _: SimpleNamespace(id=7),
    )
    app = SimpleNamespace(
        watch=lambda run_id: watched.append(run_id),
        in_use=lambda _: None,
        spent_by_run=lambda _: {"0": 0.5, "149": 0.25},
    )
    page: Any = SimpleNamespace(
        call=SimpleNamespace(objects=objects, evaluation=lambda _: None), app=app, show=lambda _name, **words: words
    )
    words = show_prompt(page, 1)
    assert watched == [str(number) for number in range(MOST_LISTED)]
    assert len(words["runs"]) == MOST_LISTED
    assert words["costs"] == {"mood@1": 0.75}
