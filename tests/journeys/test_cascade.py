"""A cheap model first: two stand-ins that are not alike, each asked only what it must be, and paid once."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.container import models
from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject, messages, truths
from tests.journeys.test_connections import charged
from tests.running import RunningStandIn, running_stand_in, until

CLEAR, VAGUE = 45, 15
TASKS = CLEAR + VAGUE
CHEAP, DEAR = (2, 10), (10, 50)
DIFFERS = 0.1


@pytest.fixture
def other(tmp_path: Path) -> Iterator[RunningStandIn]:
    """The dear one: slower, with limits of its own, and a model that does not know max_tokens."""
    log = tmp_path / "other.log"
    with running_stand_in(log) as running:
        running.control(latency_ms=20, no_max_tokens=True)
        yield running


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    vague: list[Json] = [{"text": f"Note {number}: hello there"} for number in range(VAGUE)]
    return StudioProject.made(label_studio, [*messages(CLEAR), *vague], truths(30, TASKS))


@pytest.fixture
def two(mine: Installation, project: StudioProject, other: RunningStandIn) -> Installation:
    return connected(mine.but(PRICE_IN="2", PRICE_OUT="10", CONCURRENCY="8"), other)


def connected(installation: Installation, other: RunningStandIn) -> Installation:
    prices = ("--price-in", 10, "--price-out", 50, "--concurrency", 2)
    installation.command("connect-model", "other", "--base-url", other.url, *prices)
    return installation


def save(installation: Installation, project: StudioProject, *options: object, code: int = 0) -> str:
    """The tag, or the sentence of the error."""
    text = "What is it about?\n\n{text}"
    line = ("save", "topic", "--project", project.id, "--file", "-", "--max-tokens", 40, *options)
    done = installation.command(*line, stdin=text, code=code)
    return done.err if code else done.out.strip()


def test_the_figures_of_cascade_are_those_of_a_run(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn, tmp_path: Path
) -> None:
    cheap, dear = save(two, project), save(two, project, "--model", "other/stand-in")
    for tag in (cheap, dear):
        two.command("run", tag, "--on", "all", "--no-push")
    asked = stand_in.requests(), other.requests()
    found = two.command("cascade", cheap, dear, "--differs", DIFFERS, "--json").json
    assert (stand_in.requests(), other.requests()) == asked, "no model was asked"
    chosen = found["chosen"]
    assert found["tasks"] == TASKS
    assert CLEAR <= chosen["kept"] < TASKS or chosen["kept"] == TASKS
    below = max(point["below"] for point in found["points"])
    point = next(point for point in found["points"] if point["below"] == below)
    assert 0 < point["kept"] < TASKS

    tag = save(two, project, "--then", "other/stand-in", "--below", below)
    assert two.command("show", tag, "--json").json["then"] == "other/stand-in"
    stored = two.command("run", tag, "--on", "all", "--no-push", "--json").json
    assert (stand_in.requests(), other.requests()) == asked, "what is stored is not paid again"
    assert (stored["cascade"]["first"], stored["reused"]) == (point["kept"], TASKS)
    rest = two.command("estimate", tag, "--on", "all", "--json").json
    assert (rest["reused"], rest["cost_usd"]) == (TASKS, [0, 0]), "nothing is left to ask"
    auto = save(two, project, "--then", "other/stand-in", "--below", "auto", "--differs", DIFFERS)
    assert two.command("show", auto, "--json").json["below"] == chosen["below"]

    fresh = connected(two.but(DATA_DIR=str(tmp_path / "fresh")), other)
    before = stand_in.stats(), other.stats()
    fresh_tag = save(fresh, project, "--then", "other/stand-in", "--below", below)
    nobody = fresh.command("estimate", fresh_tag, "--on", "all")
    assert "unknown (0 to 100 %)" in nobody.out
    few = ("--on", "sample", "--sample-size", 20)
    fresh.command("run", fresh_tag, *few, "--no-push")
    told = fresh.command("estimate", fresh_tag, "--on", "all", "--json").json
    assert 0 < told["second_share"][0] < told["second_share"][1] < 1
    already = fresh.command("runs", "--json").json[0]["spent_usd"]
    ran = fresh.command("run", fresh_tag, "--on", "all", "--no-push", "--json").json
    assert stand_in.requests() - before[0]["requests"] == TASKS
    assert other.requests() - before[1]["requests"] == TASKS - point["kept"] + 1, "max_tokens was refused once"
    assert (ran["cascade"]["first"], ran["cascade"]["second"]) == (point["kept"], TASKS - point["kept"])
    assert ran["cost_usd"] == pytest.approx(point["usd"])
    assert told["cost_usd"][0] <= point["usd"] - already <= told["cost_usd"][1]
    judged = fresh.command("evaluate", fresh_tag, "--no-push", "--json").json
    assert judged["accuracy"] == point["accuracy"]
    runs = fresh.command("runs", "--json").json
    assert sum(run["spent_usd"] for run in runs) == pytest.approx(point["usd"])
    assert max(run["done"] for run in runs) == TASKS


def test_a_budget_holds_over_both(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    tag, budget = save(two, project, "--then", "other/stand-in", "--below", 1), 0.03
    stopped = two.command("run", tag, "--on", "all", "--no-push", "--budget", budget, code=1)
    assert f"stopped at its budget of {budget} USD" in stopped.err
    assert 0 < charged(stand_in, *CHEAP) + charged(other, *DEAR) <= budget
    assert charged(other, *DEAR) > 0


def test_kill_and_resume_repeat_no_paid_request(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    tag = save(two, project, "--then", "other/stand-in", "--below", 1)
    other.control(latency_ms=60)
    process = two.start("run", tag, "--on", "all", "--no-push")
    until(lambda: other.requests() > 6, 90)
    other.control(hang=1.0)
    assert "uses connection 'other'" in two.command("disconnect-model", "other", code=1).err
    process.send_signal(signal.SIGKILL)
    process.communicate()
    other.control(hang=0.0)
    (run,) = two.command("runs", "--json").json
    two.command("resume", run["run"])
    two.command("watch", run["run"])
    assert stand_in.stats()["max_asked_after_good"] == other.stats()["max_asked_after_good"] == 0
    ended = two.command("watch", run["run"], "--json").json
    assert (ended["status"], ended["done"]) == ("completed", TASKS)
    assert ended["spent_usd"] == pytest.approx(charged(stand_in, *CHEAP) + charged(other, *DEAR))


def test_one_server_away_stops_only_its_own_model(
    two: Installation,
    project: StudioProject,
    stand_in: RunningStandIn,
    other: RunningStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "OUTAGE_S", 3)
    tag = save(two, project, "--then", "other/stand-in", "--below", 1)
    two.command("connect-model", "other", "--base-url", f"http://127.0.0.1:{services.free_port()}/v1")
    away = two.command_here("run", tag, "--on", "all", "--no-push", code=1).err
    assert "Tasks that need it wait, the others go on." in away
    assert f"{TASKS} tasks wait for other/stand-in" in away
    assert stand_in.requests() == TASKS
    two.command("connect-model", "other", "--base-url", other.url)
    two.command("run", tag, "--on", "all", "--no-push")
    assert (stand_in.requests(), other.requests()) == (TASKS, TASKS + 1)

    back = save(two, project, "--model", "other/large", "--then", "stand-in")
    two.command("connect-model", "other", "--base-url", f"http://127.0.0.1:{services.free_port()}/v1")
    ran = two.command_here("run", back, "--on", "all", "--no-push", "--json")
    assert ran.json["cascade"]["reasons"] == {"failed": TASKS}
    assert "stand-in is asked in its place" in ran.err


def test_what_cannot_be_a_cascade_is_refused(
    two: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    def refused(*options: object, code: int = 1) -> str:
        return save(two, project, *options, code=code)

    assert "stand-in can't be asked after itself" in refused("--then", "stand-in")
    two.command("connect-model", "twin", "--base-url", stand_in.url, "--no-key")
    assert "twin/stand-in is the same model at the same address as stand-in" in refused("--then", "twin/stand-in")
    assert "is not a confidence" in refused("--then", "other/stand-in", "--below", "1.5", code=2)
    assert "A threshold needs a second model" in refused("--below", "0.5")
    assert "A threshold needs a confidence" in refused(
        "--then", "other/stand-in", "--below", "0.5", "--confidence", "none"
    )
    assert "No version asks stand-in alone" in refused("--then", "other/stand-in", "--below", "auto")
    tag = save(two, project, "--then", "other/stand-in", "--below", "0.5")
    assert "a batch asks one" in two.command("run", tag, "--on", "all", "--batch", code=1).err
    assert "a search improves the prompt of one" in two.command("enhance", tag, "--budget", "1", code=1).err
    two.command("disconnect-model", "other")
    assert "There is no connection 'other' here" in two.command("run", tag, "--on", "all", code=1).err
    assert stand_in.requests() == 0


def test_a_first_model_without_confidence_is_said(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    stand_in.control(no_logprobs=True)
    tag = save(two, project, "--then", "other/stand-in", "--below", "0.5")
    ran = two.command("run", tag, "--on", "all", "--no-push")
    assert "No answer of stand-in has a confidence, so other/stand-in was asked about every task" in ran.err
