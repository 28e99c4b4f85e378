"""A provider that is away for a while, or refuses: who waits, who fails, and what the user is told."""

import re

import pytest

from backend.domain.dataset.subset import Subset
from tests.installation import Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages, truths
from tests.running import RunningStandIn, until

TASKS = 40
OUTAGES: dict[str, dict[str, float]] = {
    "500": {"server_error": 1.0},
    "429": {"rate_limited": 1.0, "retry_after": 1.0},
    "no connection": {"cut": 1.0},
}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS), truths(TASKS, of=TASKS))


@pytest.fixture
def few(mine: Installation) -> Installation:
    return mine.but(CONCURRENCY="4")


def sentence(done: Done) -> str:
    """The last line on stderr."""
    return done.err.strip().splitlines()[-1]


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_is_waited_for_and_told_and_no_task_fails(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, kind: str
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=100)
    process = few.start("run", "topic@1", "--on", "all", "--json")
    until(lambda: stand_in.stats()["answered"] >= 8)
    stand_in.control(**OUTAGES[kind])
    until(lambda: sum(stand_in.stats()["faults"].values()) >= 8, 60)
    stand_in.control(**dict.fromkeys(OUTAGES[kind], 0.0))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert Done(0, out, err).json["failures"] == {}
    assert project.versions() == {"topic@1": TASKS}
    assert err.count("All requests wait until it answers, at most 5 minutes.") == 1
    assert err.count("The model's server answers again.") == 1
    assert stand_in.stats()["max_asked_after_good"] == 0


def test_an_outage_is_told_by_watch_while_a_run_in_the_background_waits(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(server_error=1.0)
    run = few.app.run_in_background("topic@1", Subset("all")).id
    watching = few.start("watch", run)
    said = until(lambda: few.app.watch(run).run.reason, 60)
    assert re.search(r"server answered 500.* All requests have waited for \d+ s; (it is asked|the next try)", said)
    assert few.command("watch", run, "--json").json["reason"]
    until(lambda: "All requests have waited" in few.command("runs").out)
    until(lambda: "All requests have waited for" in watching.stderr.readline())
    stand_in.control(server_error=0.0)
    out, _ = watching.communicate(timeout=60)
    assert out.startswith(f"completed\n{TASKS} of {TASKS} tasks answered, 0 failed")
    assert few.app.watch(run).run.reason == ""


def test_a_wait_of_too_long_ends_the_run_with_how_long_and_it_goes_on_later(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(rate_limited=1.0, retry_after=1500.0)
    done = few.command("run", "topic@1", "--on", "all", "--json", code=1)
    assert done.out == ""
    assert "rate limit was reached. It asks to wait 25 minutes: the answers are kept" in sentence(done)
    (listed,) = few.app.runs()
    assert (listed.run.status, listed.counts.done) == ("failed", 0)
    stand_in.control(rate_limited=0.0)
    few.command("resume", listed.run.id)
    few.command("watch", listed.run.id)
    assert project.versions() == {"topic@1": TASKS}


@pytest.mark.parametrize("text", ["Message 0,", "Message 7,"])
def test_one_task_that_moderation_refuses_is_refused_alone(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, text: str
) -> None:
    """Also where it is the first that is asked about."""
    few.save("topic", project.id)
    stand_in.control(flagged=text)
    done = few.command("run", "topic@1", "--on", "all", "--json")
    assert (done.json["outputs"], done.json["failures"]) == (TASKS - 1, {"refused": 1})
    assert len(project.predictions()) == TASKS - 1
    assert f"1 of {TASKS} tasks got no answer (refused 1)" in sentence(done)
    assert "OPENAI_API_KEY" not in done.err


def test_one_task_that_breaks_the_server_fails_alone_and_can_be_asked_about_again(
    few: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(breaks_on="Message 7,")
    done = few.command("evaluate", "topic@1")
    (listed,) = few.app.runs()
    run = listed.run.id
    assert done.out.splitlines()[0] == f"1 of {TASKS} got no answer"
    assert done.out.splitlines()[-1] == f"Next: `ls-prompts retry {run}` asks again about the 1 task that got no answer"
    stand_in.control(breaks_on="")
    few.command("watch", few.command("retry", run).out.strip())
    assert project.versions() == {"topic@1": TASKS}
    assert f"{TASKS - 1} of {TASKS} tasks answered, 1 failed" in few.command("watch", run).out, "what it was stays"


@pytest.mark.parametrize("command", [("run", "topic@1", "--on", "all"), ("evaluate", "topic@1", "--json")])
def test_a_key_that_is_refused_with_400_is_named_after_one_request(
    few: Installation, project: StudioProject, stand_in: RunningStandIn, command: tuple[str, ...]
) -> None:
    few.save("topic", project.id)
    stand_in.control(api_key="sk-another", key_status=400)
    done = few.command(*command, code=1)
    assert (done.out, stand_in.requests()) == ("", 1)
    assert "OPENAI_API_KEY" in sentence(done)


@pytest.mark.parametrize("command", [("run", "topic@1", "--on", "all"), ("evaluate", "topic@1", "--json")])
def test_a_run_in_which_every_task_failed_says_so_and_has_failed(
    few: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn, command: tuple[str, ...]
) -> None:
    project = StudioProject.made(label_studio, messages(3), truths(3, of=3))
    few.save("topic", project.id)
    stand_in.control(flagged="Message")
    done = few.command(*command, code=1)
    assert "None of the 3 tasks got an answer (refused 3)" in sentence(done)
    (listed,) = few.app.runs()
    assert listed.run.status == "failed"
    assert project.predictions() == []
