"""Judging versions on a real Label Studio: intervals, comparison, gates, parts, samples, truths that would flatter."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from backend.domain.statistics.intervals import wilson
from backend.interfaces.cli.main import cli
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, chosen, messages, truths

GOOD, BLIND = "topic@2", "topic@1"
TASKS, MARKED = 30, 24
FLATTERY = "What is it about?\n\n{note}"
"""It looks at what every task says."""


def noted(number: int) -> list[Json]:
    return [{**data, "note": "This is praise."} for data in messages(number)]


class CommandsHere:
    """The commands in this process: there are many of them, and each process of its own takes a second."""

    def __init__(self, mine: Installation) -> None:
        self.mine = mine

    def command(self, *argv: object, code: int = 0) -> Any:
        done = CliRunner().invoke(cli, list(map(str, argv)), env={**self.mine.env, "COLUMNS": "200"})
        assert done.exit_code == code, done.output
        return done

    def json(self, *argv: object, code: int = 0) -> Any:
        return json.loads(self.command(*argv, "--json", code=code).stdout)


@pytest.fixture
def ours(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> CommandsHere:
    monkeypatch.chdir(mine.folder)
    return CommandsHere(mine)


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """Thirty messages; 24 have a ground truth, two of these not what the text says; the next one's label is gone."""
    marked = [*truths(MARKED, of=MARKED, wrong=2), chosen("Complaint"), *[None] * (TASKS - MARKED - 1)]
    return StudioProject.made(label_studio, noted(TASKS), marked)


def test_versions_are_judged(mine: Installation, ours: CommandsHere, project: StudioProject) -> None:
    mine.save("topic", project.id, FLATTERY)
    mine.save("topic", project.id)
    ids = project.task_ids()
    _evaluates(ours, ids)
    _compares(ours, ids, project)
    _votes(ours, ids, project)
    _cascades(ours)
    _gates(ours)
    _parts(ours)
    _samples(ours)
    _own_predictions(ours, project, ids)


def _evaluates(ours: CommandsHere, ids: list[int]) -> None:
    found = ours.json("evaluate", GOOD)
    assert (found["tasks"], found["correct"], found["accuracy_ci"]) == (24, 22, list(wilson(22, 24) or ()))
    assert found["coverage_ci"] == list(wilson(24, 24) or ())
    assert found["f1_macro_ci"][0] < found["f1_macro"] < found["f1_macro_ci"][1]
    sure = found["confidence"]
    assert (sure["tasks"], sure["calibrated"]) == (24, False)
    assert 0 <= sure["ece"] <= 1
    assert 0 < sure["ece_by_chance"] < sure["ece_chance_high"] < 1
    assert 0 < sure["brier_ci"][0] < sure["brier"] < sure["brier_ci"][1] < 1
    assert (found["left_out"]["self_predicted"], found["left_out"]["unknown_label"]) == ([], {"Complaint": [ids[24]]})
    assert found["tasks_needed"] > 0
    shown = ours.command("evaluate", GOOD).stdout
    assert "0.742 to 0.977" in shown
    assert (
        f"1 ground truth left out, in the label 'Complaint', which the labelling config does not have: task {ids[24]}"
        in shown
    )
    assert "With so few tasks the intervals of F1 may be too narrow" in shown


def _compares(ours: CommandsHere, ids: list[int], project: StudioProject) -> None:
    nothing = ours.command("compare", BLIND, GOOD, code=1).stderr
    assert f"{BLIND} has no answer to any of the 24 tasks with a ground truth: `ls-prompts evaluate {BLIND}`" in nothing
    ours.command("evaluate", BLIND, "--no-push", "--on", "sample", "--sample-size", 20)
    part = ours.command("compare", BLIND, GOOD).stdout
    assert "20 of 24" in part
    assert f"{BLIND} has no answer to 4 ground truths: `ls-prompts evaluate {BLIND}` asks about them." in part
    ours.command("evaluate", BLIND, "--no-push")
    found = ours.json("compare", BLIND, GOOD)
    assert (found["versions"], found["tasks"], found["verdict"]) == ([BLIND, GOOD], 24, "better")
    assert found["accuracy"] == {BLIND: 9 / 24, GOOD: 22 / 24}
    assert (found["fixed"], found["broken"], found["difference"]) == (14, 1, pytest.approx(13 / 24))
    assert found["difference_ci"][0] < 13 / 24 < found["difference_ci"][1]
    assert found["broken_tasks"] == [ids[1]]
    assert found["fixed_tasks"] == [ids[number] for number in range(2, 24) if number % 3 != 2]
    assert found["p_value"] == pytest.approx(32 / 2**15)
    shown = ours.command("compare", GOOD, BLIND).stdout
    assert f"{BLIND} is worse than {GOOD} on 24 tasks (-0.542, 95 % interval " in shown
    assert f"/projects/{project.id}/data?task={ids[1]}" in shown


def _votes(ours: CommandsHere, ids: list[int], project: StudioProject) -> None:
    found = ours.json("votes", BLIND, GOOD)
    assert (found["majority"]["tasks"], found["versions"][GOOD]["right"]) == (24, 22)
    assert found["tasks"] == len(found["votes"]) == 24
    assert found["unanimous"]["tasks"] + found["split"]["tasks"] == 24
    listed = [row["task"] for row in found["disagreements"]]
    assert set(listed) >= {ids[number] for number in range(2, 24) if number % 3 != 2}
    assert all({side["versions"][0] for side in row["answers"]} == {BLIND, GOOD} for row in found["disagreements"])
    shown = ours.command("votes", BLIND, GOOD)
    assert f"/projects/{project.id}/data?task={listed[0]}" in shown.stdout
    once = ours.command("votes", GOOD, GOOD, code=1).stderr
    assert "A vote takes two different versions or more" in once


def _cascades(ours: CommandsHere) -> None:
    found = ours.json("cascade", BLIND, GOOD, "--differs", "0.3")
    assert found["tasks"] == 24
    assert (found["first_alone"]["usd"], found["second_alone"]["kept"]) == (None, 0), "the stand-in has no price"
    assert (found["second_alone"]["accuracy"], found["second_alone"]["ground_truths"]) == (22 / 24, 24)
    assert [point["kept"] for point in found["points"]] == sorted(point["kept"] for point in found["points"])
    few = ours.command("cascade", BLIND, GOOD)
    assert "It takes at least 99 tasks that both answered to guarantee 0.03; there are 24." in few.stdout
    assert f"{GOOD} alone" in few.stdout
    once = ours.command("cascade", GOOD, GOOD, code=1).stderr
    assert "A cascade takes two different versions" in once


def _gates(ours: CommandsHere) -> None:
    passed = ours.command("evaluate", GOOD, "--vs", BLIND, "--fail-under", "0.9", "--junit", "good.xml")
    assert "Check failed" not in passed.stderr
    suite = ElementTree.parse("good.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
    doubtful = ours.command("evaluate", GOOD, "--fail-under", "0.9", "--strict", "--json", code=3)
    assert json.loads(doubtful.stdout)["checks"][0]["passed"] is False
    assert (
        'Check failed, "accuracy at the lower end of its interval at least 0.9": 0.917 on 24 tasks' in doubtful.stderr
    )
    worse = ours.json("evaluate", BLIND, "--no-push", "--vs", GOOD, "--junit", "worse.xml", code=3)
    assert worse["vs"]["verdict"] == "worse"
    failure = ElementTree.parse("worse.xml").find("testsuite/testcase/failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("worse: -0.542 on 24 tasks")
    assert "--junit" in ours.command("evaluate", GOOD, "--junit", "no/such/folder.xml", code=1).stderr


def _parts(ours: CommandsHere) -> None:
    dev, test = (ours.json("evaluate", GOOD, "--split", part) for part in ("dev:0.5", "test:0.5"))
    assert (dev["split"], dev["subset"]) == ("dev:0.5", "ground-truth/dev:0.5")
    assert dev["tasks"] + test["tasks"] == 24
    assert 0 < dev["tasks"] < 24
    assert (
        "These are the scores on test:0.5 of the ground truths"
        in ours.command("evaluate", GOOD, "--split", "test:0.5").stdout
    )
    assert ours.json("compare", BLIND, GOOD, "--split", "dev:0.5")["tasks"] == dev["tasks"]


def _samples(ours: CommandsHere) -> None:
    found = ours.json("evaluate", GOOD, "--on", "sample", "--sample-size", 3, "--stratify", "--random", 1)
    assert (found["outputs"], found["subset"]) == (3, "truth-sample:3:1/stratify")
    assert sorted(label["support"] for label in found["per_label"].values()) == [1, 1, 1]
    run = ours.json("run", GOOD, "--on", "sample", "--sample-size", 4, "--stratify")
    assert (run["tasks"], run["subset"]) == (4, "sample:4:0/stratify")


def _own_predictions(ours: CommandsHere, project: StudioProject, ids: list[int]) -> None:
    """Annotations made from predictions do not count for the prompt that made these, also when they are gone."""
    ours.command("run", GOOD, "--on", "all")
    (prediction,) = (p for p in project.predictions() if p["task"] == ids[25])
    accepted = [{**chosen("Praise")[0], "origin": "prediction"}]
    body = {"result": accepted, "parent_prediction": prediction["id"]}
    project.http.post(f"/api/tasks/{ids[25]}/annotations/", json=body).raise_for_status()
    ours.command("annotate", GOOD, "--yes")
    found = ours.json("evaluate", GOOD, "--truth", "any")
    assert (found["tasks"], found["left_out"]["self_predicted"], found["left_out"]["unseen"]) == (
        24,
        [ids[25]],
        ids[26:],
    )
    assert "1 ground truth left out, made from this prompt's own predictions" in found["remarks"][0]
    assert "4 ground truths left out, made from predictions and not reviewed by a person" in found["remarks"][1]
    kept = ours.json("evaluate", GOOD, "--truth", "any", "--accepted")
    assert (kept["tasks"], kept["left_out"]["self_predicted"], kept["left_out"]["accepted"]) == (25, [], [ids[25]])
    assert ours.json("compare", BLIND, GOOD, "--truth", "any")["tasks"] == 24
    other = ours.mine.save("another", project.id)
    assert ours.json("evaluate", other, "--truth", "any", "--no-push")["tasks"] == 25
    ours.command("withdraw", GOOD, "--yes")
    left = ours.json("evaluate", GOOD, "--truth", "any")["left_out"]["self_predicted"]
    assert ids[25] in left


def test_without_ground_truths_versions_are_asked_whether_they_agree(
    mine: Installation, ours: CommandsHere, label_studio: RunningLabelStudio
) -> None:
    project = StudioProject.made(label_studio, noted(9))
    mine.save("topic", project.id, FLATTERY)
    mine.save("topic", project.id)
    said = ours.command("evaluate", GOOD, code=1).stderr
    assert "press the star (Set as Ground Truth), or take the latest annotations with --truth any" in said
    for version in (BLIND, GOOD):
        ours.command("run", version, "--on", "all", "--no-push")
    found = ours.json("compare", BLIND, GOOD)
    assert (found["tasks"], found["accuracy"], found["p_value"]) == (0, {BLIND: None, GOOD: None}, None)
    (one,) = found["agreement"]
    assert (one["tasks"], one["agreed"], one["kappa"]) == (9, pytest.approx(1 / 3), 0)
    shown = ours.command("compare", BLIND, GOOD).stdout
    assert f"{BLIND} and {GOOD}: the same answer to 0.333 of 9 tasks" in shown
    assert "press the star" in shown
