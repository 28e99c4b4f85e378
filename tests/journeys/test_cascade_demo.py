"""The demo's data asked by a cheap and a dear stand-in that do not always agree: what `cascade` says of a threshold is
what a run with it has, and all who show results say which model answered."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.job import DATA, TRUTHS
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen
from tests.journeys.test_cascade import connected
from tests.running import RunningStandIn, running_stand_in

DIFFERS = 0.2
PROMPT = (DATA / "prompt-2.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def dear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    """Draws other samples than the cheap one where a text speaks for several topics."""
    log = tmp_path_factory.mktemp("dear") / "log"
    with running_stand_in(log, seed=1) as running:
        yield running


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks: list[Json] = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))
    truths = [chosen(task["topic"]) if place < TRUTHS else None for place, task in enumerate(tasks)]
    texts = [{"text": task["text"]} for task in tasks]
    return StudioProject.made(label_studio, texts, truths, (DATA / "config.xml").read_text(encoding="utf-8"))


@pytest.fixture
def two(mine: Installation, dear: RunningStandIn) -> Installation:
    return connected(mine.but(PRICE_IN="2", PRICE_OUT="10"), dear)


def saved(installation: Installation, project: StudioProject, *options: object) -> str:
    line = ("save", "inbox", "--project", project.id, "--file", "-", "--temperature", 1, "--max-tokens", 40, *options)
    return installation.command(*line, stdin=PROMPT).out.strip()


def answers(installation: Installation, tag: str) -> dict[int, tuple[str, str | None]]:
    """Task -> its answer, and who gave it."""
    rows = installation.command("results", tag, "--json").json
    return {row["task"]: (row["answer"], row.get("model")) for row in rows}


def test_the_figures_of_each_threshold_are_those_of_a_run_with_it(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, dear: RunningStandIn, tmp_path: Path
) -> None:
    stand_in.reset()
    dear.reset()  # or each would draw another sample of what another test has asked
    cheap, other = saved(two, project), saved(two, project, "--model", "other/stand-in")
    for tag in (cheap, other):
        two.command("run", tag, "--on", "all", "--no-push")
    found = two.command("cascade", cheap, other, "--differs", DIFFERS, "--json").json
    second = answers(two, other)
    assert {model for _, model in second.values()} == {None}, "one model was asked"
    told = [found["chosen"], *(point for point in found["points"] if 0 < point["kept"] < found["tasks"])]
    assert len({point["below"] for point in told}) > 3
    for number, point in enumerate({point["below"]: point for point in told}.values()):
        fresh = connected(two.but(DATA_DIR=str(tmp_path / str(number))), dear)
        stand_in.reset()
        dear.reset()
        tag = saved(fresh, project, "--then", "other/stand-in", "--below", point["below"])
        ran = fresh.command("run", tag, "--on", "all", "--no-push", "--json").json
        asked = stand_in.requests(), dear.requests()
        assert asked == (found["tasks"], found["tasks"] - point["kept"])
        assert (ran["cascade"]["first"], ran["cascade"]["second"]) == (point["kept"], asked[1])
        assert ran["cost_usd"] == pytest.approx(point["usd"], rel=1e-9)
        judged = fresh.command("evaluate", tag, "--no-push", "--json").json
        assert (judged["accuracy"], judged["accuracy_ci"]) == (point["accuracy"], point["accuracy_ci"])
        rows = answers(fresh, tag)
        assert sum(answer != second[task][0] for task, (answer, _) in rows.items()) == point["differs"]
        assert sum(model == "stand-in" for _, model in rows.values()) == point["kept"]


def test_who_answered_is_shown_everywhere(two: Installation, project: StudioProject, tmp_path: Path) -> None:
    below = 0.9
    tag = saved(two, project, "--then", "other/stand-in", "--below", below)
    two.command("run", tag, "--on", "all", "--no-push")
    rows = answers(two, tag)
    by = {model for _, model in rows.values()}
    assert by == {"stand-in", "other/stand-in"}
    text = two.command("results", tag).out
    assert sum(f", by {model})" in text for model in by) == len(by)
    two.command("export", tag, "-o", tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        assert {int(row["task"]): row["model"] for row in csv.DictReader(file)} == {
            task: model for task, (_, model) in rows.items()
        }
    page = tmp_path / "report.html"
    two.command("report", tag, "-o", page)
    html = page.read_text(encoding="utf-8")
    assert f"stand-in is asked first, then other/stand-in below {below}" in html
    assert 'aria-labelledby="cascade-title cascade-text"' in html
    assert "the second alone" not in html, "it was not asked about all"
    two.command("run", saved(two, project, "--model", "other/stand-in"), "--on", "all", "--no-push")
    two.command("report", tag, "-o", page)
    assert "the second alone" in page.read_text(encoding="utf-8")
