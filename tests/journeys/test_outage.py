"""A provider that is away for a while, or refuses: who waits, who fails, and what the user is told."""

import pytest

from backend.core.subsets import Subset
from tests.installation import Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Project, messages, truths
from tests.running import RunningStandIn, until

ALL = Subset("all")
TASKS = 40


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> Project:
    return Project.made(label_studio, messages(TASKS), truths(TASKS, of=TASKS))


@pytest.fixture
def few(mine: Installation) -> Installation:
    return mine.but(CONCURRENCY="4", OUTAGE_PATIENCE_S="60")


def sentence(done: Done) -> str:
    """The last line on stderr."""
    return done.err.strip().splitlines()[-1]


@pytest.mark.parametrize("trouble", [{"server_error": 1.0}, {"rate_limited": 1.0, "retry_after": 1.0}, {"cut": 1.0}])
def test_an_outage_is_waited_for_and_said_and_no_task_fails(
    few: Installation, project: Project, stand_in: RunningStandIn, trouble: dict[str, float]
) -> None:
    few.save("topic", project.id)
    stand_in.control(latency_ms=100)
    process = few.start("run", "topic@1", "--on", "all", "--json")
    until(lambda: stand_in.stats()["answered"] >= 8)
    stand_in.control(**trouble)
    faults = until(lambda: sum(stand_in.stats()["faults"].values()) >= 8 and stand_in.stats()["faults"])
    (run,) = few.app.runs()
    assert "All requests wait for it" in until(lambda: few.app.watch(run.run.id).run.reason)
    stand_in.control(**dict.fromkeys(trouble, 0.0))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert Done(0, out, err).json["failures"] == {}
    assert project.versions() == {"topic@1": TASKS}
    assert "All requests wait for it, 60 seconds at most." in err
    assert "answers again" in err
    assert sum(faults.values()) < 30


def test_when_patience_ends_the_run_has_failed_and_goes_on_later(
    few: Installation, project: Project, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(server_error=1.0)
    done = few.but(OUTAGE_PATIENCE_S="2").command("run", "topic@1", "--on", "all", "--json", code=1)
    (listed,) = few.app.runs()
    run = listed.run
    assert run.status == "failed"
    assert "answered 500. It answered nothing for 2 seconds (OUTAGE_PATIENCE_S). What came is kept: `ls-prompts " in (
        sentence(done)
    )
    assert sentence(done).endswith(f"`ls-prompts resume {run.id}` goes on.")
    assert run.reason in sentence(done)
    stand_in.control(server_error=0.0)
    few.command("resume", run.id)
    assert few.command("watch", run.id).out.startswith(f"completed\n{TASKS} of {TASKS} tasks answered, 0 failed")
    assert project.versions() == {"topic@1": TASKS}


def test_a_wait_for_too_long_ends_the_run_with_how_long(
    few: Installation, project: Project, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(rate_limited=1.0, retry_after=1500.0)
    done = few.command("evaluate", "topic@1", code=1)
    assert "rate limit was reached: it asks to wait 25 minutes. A run waits 60 seconds at most" in sentence(done)


@pytest.mark.parametrize("text", ["Message 0,", "Message 7,"])
def test_one_task_that_moderation_refuses_is_refused_alone(
    few: Installation, project: Project, stand_in: RunningStandIn, text: str
) -> None:
    few.save("topic", project.id)
    stand_in.control(flagged=text)
    done = few.command("run", "topic@1", "--on", "all", "--json").json
    assert (done["rejections"], done["failures"]) == ({"refused": 1}, {})
    assert len(project.predictions()) == TASKS - 1
    asked = stand_in.requests()
    few.command("run", "topic@1", "--on", "all")
    assert stand_in.requests() == asked


def test_one_task_that_breaks_the_server_fails_alone_and_can_be_retried(
    few: Installation, project: Project, stand_in: RunningStandIn
) -> None:
    few.save("topic", project.id)
    stand_in.control(breaks_on="Message 7,")
    done = few.command("evaluate", "topic@1")
    assert (
        done.out.splitlines()[0] == f"1 of {TASKS} tasks got no answer (server 1). See the log of the model's server."
    )
    (listed,) = few.app.runs()
    run = listed.run.id
    assert sentence(done) == f"1 of {TASKS} tasks got no answer: `ls-prompts retry {run}` asks again."
    assert len(project.predictions()) == TASKS - 1
    stand_in.control(breaks_on="")
    again = few.command("retry", run).out.strip()
    few.command("watch", again)
    assert project.versions() == {"topic@1": TASKS}
    watched = few.command("watch", run)
    assert f"{TASKS - 1} of {TASKS} tasks answered, 1 failed" in watched.out, "what it was, whatever came later"
    assert sentence(watched).endswith(f"`ls-prompts retry {run}` asks again.")


@pytest.mark.parametrize("command", [("run", "topic@1", "--on", "all"), ("evaluate", "topic@1", "--json")])
def test_a_key_that_is_refused_with_400_is_named_after_one_request(
    few: Installation, project: Project, stand_in: RunningStandIn, command: tuple[str, ...]
) -> None:
    few.save("topic", project.id)
    stand_in.control(api_key="sk-another", key_status=400)
    done = few.command(*command, code=1)
    assert (done.out, stand_in.requests()) == ("", 1)
    assert "OPENAI_API_KEY" in sentence(done)


def test_a_run_whose_tasks_all_failed_has_failed(
    few: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = Project.made(label_studio, messages(3), truths(3, of=3))
    few.save("topic", project.id)
    stand_in.control(breaks_on="Message")
    impatient = few.but(OUTAGE_PATIENCE_S="1")
    words = "3 of 3 tasks got no answer (server 3). See the log of the model's server. The model's server answered 500."
    assert words in sentence(impatient.command("run", "topic@1", "--on", "all", code=1))
    assert words in sentence(impatient.command("evaluate", "topic@1", "--json", code=1))
    started = impatient.command("run", "topic@1", "--on", "all", "--background").out.strip()
    watched = impatient.command("watch", started, code=1)
    assert watched.out.startswith("failed: 3 of 3 tasks got no answer")
