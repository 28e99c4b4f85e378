"""`enhance` on a real Label Studio, with the stand-in as the model and a scripted teacher elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.optimize.search import LEARN
from benchmarks.enhance import CONFIG, messages
from demo import services
from demo.teacher import DATA
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio, sdk_of
from tests.journeys.project import StudioProject, chosen
from tests.running import RunningStandIn, until
from tests.teaching import ScriptedTeacher, teaching

TRUTHS = 100
ENHANCE = ("enhance", "topic@1", "--teacher", "big", "--rounds", 6)


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """The demo's inbox, half of it with ground truths."""
    found = messages()
    truths = [chosen(message.topic) for message in found[:TRUTHS]] + [None] * (len(found) - TRUTHS)
    return StudioProject.made(label_studio, [{"text": message.text} for message in found], truths, CONFIG)


@pytest.fixture
def teacher() -> Iterator[ScriptedTeacher]:
    with teaching("good", "empty", "losing") as server:
        yield server


@pytest.fixture
def taught(mine: Installation, project: StudioProject, teacher: ScriptedTeacher) -> Installation:
    both = mine.but(**teacher.env, CONCURRENCY="8")
    both.save("topic", project.id, (DATA / "prompt-1.txt").read_text(encoding="utf-8"))
    return both


def test_a_better_prompt_is_found_shown_and_saved(
    taught: Installation, teacher: ScriptedTeacher, project: StudioProject
) -> None:
    done = taught.command(*ENHANCE)
    assert done.out.splitlines()[-1] == "topic@2"
    assert re.search(r"^\+- [A-Z][a-z ]+: ", done.out, re.MULTILINE)
    assert "dropped: it is empty" in done.out
    assert re.search(r"topic@1 +0\.\d{3} +0\.\d{3} to 0\.\d{3}\nrewrite +0\.\d{3} +0\.\d{3} to 0\.\d{3}\n", done.out)
    assert "On ground truths it never saw, rewrite is better than topic@1 on" in done.err
    assert "This was look 1 at them, so only a one-sided p below 0.03 is better." in done.err
    note = taught.command("show", "topic@2", "--json").json["note"]
    assert note.startswith("topic@1 rewritten by big: 0.")
    assert project.predictions() == [], "a search pushes nothing"
    judged = taught.command("evaluate", "topic@2", "--split", "test:0.5", "--no-push", "--json").json
    assert (judged["requests"], judged["reused"]) == (0, judged["tasks"])
    promised = taught.command("threshold", "topic@2", "--json").json["ground_truths"]
    assert promised["all"] + promised["left_out"] == TRUTHS, "those that chose it are in no guarantee"
    assert promised["left_out"] >= judged["tasks"]
    half = LEARN.rest
    held = [task["data"]["text"] for task in project.tasks()[:TRUTHS] if half.has(task["data"])]
    assert len(held) == judged["tasks"]
    assert [text for text in held if text in teacher.texts] == []
    (search,) = [run for run in taught.command("runs", "topic@1", "--json").json if run["subset"] == "enhance:6:0:big"]
    assert (search["status"], search["tasks"], search["done"]) == ("completed", TRUTHS, TRUTHS)


def test_killed_and_begun_again_it_repeats_no_request(
    taught: Installation, teacher: ScriptedTeacher, stand_in: RunningStandIn
) -> None:
    teacher.held = 3
    killed = taught.start(*ENHANCE)
    until(lambda: len(teacher.requests) == 3)
    killed.kill()
    killed.communicate()
    before, teacher.held = stand_in.stats(), None
    assert before["requests"] == before["answered"] > TRUTHS // 3
    found = taught.command(*ENHANCE, "--json").json
    assert found["verdict"] == "better"
    after = stand_in.stats()
    assert after["requests"] == after["distinct"] > before["requests"]
    asked = [str(request["messages"]) for request in teacher.answered]
    assert len(asked) == len(set(asked)) == 6
    assert len(teacher.requests) == 7, "only what was held when it was killed"
    (run,) = taught.command("runs", "--json").json
    assert (run["run"], run["status"]) == (found["run"], "completed")
    again = taught.command(*ENHANCE, "--json").json
    assert (stand_in.requests(), len(teacher.requests)) == (after["requests"], 7)
    assert again["prompt"] == found["prompt"]
    assert again["run"] != found["run"]


def test_it_is_canceled_from_elsewhere_and_goes_on(taught: Installation, teacher: ScriptedTeacher) -> None:
    teacher.held = 2
    under_way = taught.start(*ENHANCE)
    until(lambda: len(teacher.requests) == 2)
    (run,) = taught.command("runs", "--json").json
    assert run["status"] == "in_progress"
    assert "is under way" in taught.command("evaluate", "topic@1", code=1).err
    taught.command("cancel", run["run"])
    teacher.held = None
    teacher.freed.set()
    _, err = under_way.communicate(timeout=60)
    assert under_way.returncode == 1
    assert "was stopped; its answers are kept: `ls-prompts enhance topic@1 --teacher big --rounds 6` continues" in err
    refused = taught.command("resume", run["run"], code=1).err
    assert f"Run {run['run']} is a search. The same `ls-prompts enhance topic@1` continues it." in refused
    assert taught.command(*ENHANCE, "--json").json["run"] == run["run"]


def test_bad_input_gets_one_sentence(
    taught: Installation, label_studio: RunningLabelStudio, teacher: ScriptedTeacher, stand_in: RunningStandIn
) -> None:
    found = messages()[:12]
    few = StudioProject.made(
        label_studio, [{"text": m.text} for m in found], [chosen(m.topic) for m in found[:5]] + [None] * 7, CONFIG
    )
    taught.save("few", few.id)
    refused = taught.command("enhance", "few@1", code=1).err
    assert re.search(r"ground truths to evaluate on, at least 6 .* mark about \d+ more", refused)
    none = StudioProject.made(label_studio, [{"text": m.text} for m in found], config=CONFIG)
    taught.save("none", none.id)
    drafted = taught.command("enhance", "none@1", "--save-anyway")
    assert "could not be checked" in drafted.err
    assert drafted.out.splitlines()[-1] == "none@2"
    keyless = taught.but(TEACHER_API_KEY="")
    assert "TEACHER_API_KEY is not set" in keyless.command(*ENHANCE, code=1).err
    priced = taught.command(*ENHANCE, "--budget", 1, code=1).err
    assert "price of model 'stand-in' is unknown" in priced
    assert stand_in.requests() == 0


def test_the_api_refines_a_version_and_answers_at_once(
    taught: Installation, project: StudioProject, label_studio: RunningLabelStudio, tmp_path: Path
) -> None:
    with (
        services.backend(services.free_port(), taught.env, log=tmp_path / "backend.log") as service,
        sdk_of(service.url, label_studio.api_key) as sdk,
    ):
        versions = sdk.prompts.versions
        (made,) = sdk.prompts.list().results
        (version,) = versions.list(made.id or 0)
        ids = (made.id or 0, version.id or 0)
        (lent,) = (item for item in sdk.model_providers.list() if item.endpoint == taught.env["TEACHER_BASE_URL"])
        with_teacher = {
            "project_id": project.id,
            "teacher_model_name": "big",
            "teacher_model_provider_connection_id": lent.id or 0,
        }
        started = versions.refine_prompt(*ids, **with_teacher)
        assert (started.refinement_status, started.prompt) == ("InProgress", "")
        assert versions.refine_prompt(*ids, **with_teacher).refinement_job_id == started.refinement_job_id
        job = started.refinement_job_id
        until(lambda: versions.get_refined_prompt(*ids, refinement_job_id=job).refinement_status != "InProgress", 120)
        found = versions.get_refined_prompt(*ids, refinement_job_id=job)
        assert (found.refinement_status, found.title) == ("Completed", "topic@2")
        assert "On ground truths it never saw: better" in (found.reasoning or "")
        assert found.prompt == taught.app.version("topic@2").template
