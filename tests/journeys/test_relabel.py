"""A label renamed in the labelling config: what was stored under its old name is still read, and paid for once."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import sync_playwright

from backend.domain.dataset.subset import Subset
from backend.errors import ConfigChangedError
from tests.installation import Installation
from tests.journeys.browser import FLAGS
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import CONFIG, WIDER, StudioProject, chosen, label_of, messages, truths
from tests.running import RunningStandIn

RENAMED = CONFIG.replace('"Refund"', '"Money back"')
ALWAYS_PRAISE = "- Praise: delivery, refund, message\n- Refund: delivery\n- Delivery: refund, praise\n\n{text}"
TASKS = 12


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS), truths(TASKS, of=TASKS))


@pytest.fixture
def asked(mine: Installation, project: StudioProject, stand_in: RunningStandIn) -> Installation:
    """Two versions evaluated, the second one pushed."""
    for text in (ALWAYS_PRAISE, "What is it about?\n\n{text}"):
        mine.command("evaluate", mine.save("topic", project.id, text))
    stand_in.reset()
    return mine


def test_a_renamed_label_costs_neither_answers_nor_truths(
    asked: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    before = asked.command("compare", "topic@1", "topic@2", "--json").json
    project.change(label_config=RENAMED)
    assert asked.command("compare", "topic@1", "topic@2", "--json").json == before
    shown = asked.command("results", "topic@2").out
    assert shown.count("Refund") >= TASKS // 3

    done = asked.command("relabel", "Refund", "Money back", "--json").json
    assert (done["annotations"], done["versions"], done["control"]) == (TASKS // 3, ["topic@1", "topic@2"], "topic")
    assert asked.command("relabel", "--json").json == {"topic": {"Refund": "Money back"}}
    after = asked.command("compare", "topic@1", "topic@2", "--json").json
    assert after["accuracy"] == before["accuracy"] == {"topic@1": 1 / 3, "topic@2": 1.0}
    assert (after["ground_truths"], after["left_out"]["unknown_label"]) == (TASKS, {})
    rows = asked.command("results", "topic@2", "--json").json
    assert {row["answer"] for row in rows} == {"Money back", "Delivery", "Praise"}
    assert all(row["answer"] == row["truth"] for row in rows)
    new = asked.save("topic", project.id, "- Money back: refund\n\n{text}")
    assert stand_in.requests() == 0
    asked.command("evaluate", new, "--no-push")
    paid = stand_in.requests()
    across = asked.command("compare", "topic@1", "topic@2", new, "--json").json
    assert (across["tasks"], across["accuracy"][new]) == (TASKS, 1.0)
    differs = [one["what"] for one in across["pairs"][-1]["differences"]]
    assert differs == ["prompt", "labelling config"]
    assert stand_in.requests() == paid


def test_the_next_push_gives_predictions_the_new_name(
    asked: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    project.change(label_config=RENAMED)
    refused = asked.command("push", "topic@2", code=1).err
    assert "changed since topic@2 was saved" in refused
    assert "still read what is stored" in refused
    asked.command("relabel", "Refund", "Money back")
    asked.command("push", "topic@2")
    assert {label_of(p["result"]) for p in project.predictions()} == {"Money back", "Delivery", "Praise"}
    assert (len(project.predictions()), project.versions(), stand_in.requests()) == (TASKS, {"topic@2": TASKS}, 0)
    kept = {label_of(annotation["result"]) for annotation in project.annotations()}
    assert kept == {"Refund", "Delivery", "Praise"}
    asked.command("relabel", "Refund", "Money back", "--undo")
    with pytest.raises(ConfigChangedError):
        asked.app.push("topic@2")


def test_a_report_reads_all_versions(asked: Installation, project: StudioProject, chromium: str) -> None:
    project.change(label_config=RENAMED)
    asked.command("relabel", "Refund", "Money back")
    new = asked.save("topic", project.id, "- Money back: refund\n\n{text}", model="another")
    asked.command("evaluate", new, "--no-push")
    found = asked.app.report(new, against="topic@2")
    assert [line.accuracy for line in found.history] == [pytest.approx(1 / 3), 1.0, 1.0]
    assert found.history[1].differs == ("prompt", "labelling config", "model")
    path = asked.folder / "report.html"
    asked.command("report", new, "--vs", "topic@1", "-o", path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(path.as_uri())
        told = page.locator("#differs").inner_text()
        browser.close()
    assert told == "Not only the text of the prompt differs, but also: labelling config; model stand-in → another."


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("Delivery", "Praise"), "'Delivery' is still a label of 'topic'"),
        (("Refund", "Money bag"), "has no label 'Money bag': did you mean Money back?"),
        (("Refind", "Money back"), "Nothing is stored under the label 'Refind': did you mean Refund?"),
        (("Refund", "Money back", "--control", "topik"), "no control 'topik': did you mean topic?"),
        (("Refund", "Money back", "--undo"), "'Refund' is not read as 'Money back'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    asked: Installation, project: StudioProject, argv: tuple[str, ...], sentence: str
) -> None:
    project.change(label_config=RENAMED)
    assert sentence in asked.command("relabel", *argv, code=1).err
    assert asked.app.relabelled(project.id) == {}


def test_records_from_before_configs_were_kept_are_read_as_far_as_renames_tell(
    asked: Installation, project: StudioProject
) -> None:
    with closing(sqlite3.connect(asked.folder / "data" / "prompts.sqlite3")) as record, record:
        record.execute("DELETE FROM label_configs")
    project.change(label_config=RENAMED)
    refused = asked.command("compare", "topic@1", "topic@2", code=1).err
    assert "`ls-prompts relabel OLD NEW`" in refused
    asked.command("relabel", "Refund", "Money back")
    assert asked.command("compare", "topic@1", "topic@2", "--json").json["accuracy"]["topic@2"] == 1.0


def test_truths_in_a_label_that_a_version_could_not_give_do_not_judge_it(
    asked: Installation, project: StudioProject
) -> None:
    project.change(label_config=WIDER)
    (task,) = project.add([{"text": "A new one, about refund"}])
    body = {"result": chosen("Complaint"), "ground_truth": True}
    project.http.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status()
    new = asked.save("topic", project.id)
    asked.command("evaluate", new, "--no-push")
    assert len(asked.app.results(new)) == TASKS + 1
    found = asked.command("compare", "topic@2", new, "--json").json
    assert (found["tasks"], found["left_out"]["unknown_label"]) == (TASKS, {"Complaint": [task]})
    with pytest.raises(ConfigChangedError, match="changed since topic@2"):
        asked.app.run("topic@2", Subset("all"))
