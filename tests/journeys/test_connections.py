"""Two connections in one installation: two stand-ins that are not alike, each asked, counted and priced by itself."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, running_stand_in, until

TASKS = 40
KEY = "sk-of-the-other"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[RunningStandIn]:
    """A second stand-in: slower, with a key of its own and without log-probabilities."""
    log = tmp_path / "other.log"
    with running_stand_in(log) as running:
        running.control(latency_ms=20, no_logprobs=True, api_key=KEY)
        yield running


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


@pytest.fixture
def two(mine: Installation, project: StudioProject, other: RunningStandIn) -> Installation:
    """`topic@1` asks the default connection, `topic@2` the other one, which costs five times as much."""
    both = mine.but(PRICE_IN="2", PRICE_OUT="10", SECRET_KEY="0123456789abcdef", CONCURRENCY="8")
    prices = ("--price-in", 10, "--price-out", 50, "--concurrency", 2)
    both.command("connect-model", "other", "--base-url", other.url, "--store-key", *prices, stdin=KEY)
    for model in ("stand-in", "other/stand-in"):
        both.save("topic", project.id, model=model, parameters={"max_tokens": 40})
    return both


def charged(stand_in: RunningStandIn, usd_in: float, usd_out: float) -> float:
    """USD, at the stand-in's own count."""
    stats = stand_in.stats()
    return float(stats["prompt_tokens"] * usd_in + stats["completion_tokens"] * usd_out) / 1e6


def test_each_version_is_asked_through_its_connection_at_its_prices(
    two: Installation, stand_in: RunningStandIn, other: RunningStandIn
) -> None:
    for tag in ("topic@1", "topic@2"):
        two.command("run", tag, "--on", "all")
    asked = other.requests()
    assert (stand_in.requests(), asked) == (TASKS, TASKS + 1), "the first was refused with log-probabilities"
    dear, cheap = two.command("runs", "--json").json
    assert cheap["spent_usd"] == pytest.approx(charged(stand_in, 2, 10))
    assert dear["spent_usd"] == pytest.approx(charged(other, 10, 50))
    assert two.command("show", "topic@2", "--json").json["model"] == "other/stand-in"
    two.but(OPENAI_API_KEY="another").command("run", "topic@2", "--on", "all")
    assert other.requests() == asked, "stored answers count"


def test_what_a_model_refuses_is_learnt_once_shown_and_forgotten_by_a_test(
    two: Installation, project: StudioProject, other: RunningStandIn
) -> None:
    def learnt() -> list[list[str]]:
        (found,) = [one["learnt"] for one in two.command("connections", "--json").json if one["name"] == "other"]
        return [one["left_out"] for one in found]

    assert learnt() == []
    two.command("run", "topic@2", "--on", "sample", "--sample-size", 5, "--no-push")
    assert (other.requests(), learnt()) == (6, [["logprobs"]])
    two.command("run", "topic@2", "--on", "all", "--no-push")
    assert other.requests() == TASKS + 1, "another process is not refused again"
    assert "Learnt of other/stand-in on 20" in two.command("connections").out
    other.control(no_logprobs=False)
    two.command("test-connection", "other", "--model", "stand-in")
    assert learnt() == []
    two.command("connect-model", "other", "--profile", "groq")
    asked = other.requests()
    two.save("topic", project.id, "About?\n{text}", model="other/stand-in")
    two.command("run", "topic@3", "--on", "sample", "--sample-size", 5, "--no-push")
    assert (other.requests() - asked, learnt()) == (5, [])


def test_a_budget_holds_at_the_prices_of_the_connection(two: Installation, other: RunningStandIn) -> None:
    budget = 0.03
    stopped = two.command("run", "topic@2", "--on", "all", "--budget", budget, code=1)
    assert "stopped at its budget of 0.03 USD" in stopped.err
    assert 0 < charged(other, 10, 50) <= budget


def test_a_declared_rate_limit_is_kept(two: Installation, other: RunningStandIn) -> None:
    two.command("connect-model", "other", "--requests-per-minute", 600)
    result = two.command("run", "topic@2", "--on", "all", "--json").json
    assert result["seconds"] >= (TASKS - 13) / 10, "a fiftieth at once, then ten a second"
    assert other.stats()["answered"] == TASKS


def test_a_monthly_budget_holds_over_all_runs(two: Installation, other: RunningStandIn) -> None:
    budget = 0.03
    two.command("connect-model", "other", "--monthly-budget", budget)
    first = two.command("run", "topic@2", "--on", "all", code=1)
    assert "The monthly budget of connection 'other' is used up" in first.err
    assert "`ls-prompts resume " in first.err
    asked = other.requests()
    assert 0 < charged(other, 10, 50) <= budget
    assert "is used up" in two.command("run", "topic@2", "--on", "all", code=1).err
    assert other.requests() == asked, "nothing more is sent"
    listed = {one["name"]: one["spent_this_month"] for one in two.command("connections", "--json").json}
    assert listed["other"] == pytest.approx(charged(other, 10, 50))
    assert "can't keep the monthly budget" in two.command("run", "topic@2", "--on", "all", "--batch", code=1).err
    two.command("run", "topic@1", "--on", "all")
    two.command("connect-model", "other", "--monthly-budget", 50)
    two.command("run", "topic@2", "--on", "all")
    assert other.stats()["max_asked_after_good"] == 0


def test_a_killed_run_keeps_its_connection_and_pays_nothing_twice(two: Installation, other: RunningStandIn) -> None:
    other.control(latency_ms=1000)
    process = two.start("run", "topic@2", "--on", "all")
    until(lambda: other.requests() > 4, 90)
    assert "uses connection 'other'" in two.command("disconnect-model", "other", code=1).err
    process.send_signal(signal.SIGKILL)
    process.communicate()
    other.control(latency_ms=0)
    two.command("disconnect-model", "other", "--force")
    (run,) = two.command("runs", "--json").json
    assert "connect-model other --base-url URL" in two.command("resume", run["run"], code=1).err
    two.command("connect-model", "other", "--base-url", other.url, "--store-key", stdin=KEY)
    two.command("resume", run["run"])
    assert two.command("watch", run["run"], "--json").json["status"] in ("pending", "in_progress", "completed")
    two.command("watch", run["run"])
    assert other.stats()["max_asked_after_good"] == 0
    assert two.command("watch", run["run"], "--json").json["status"] == "completed"


def test_one_connection_in_trouble_stops_no_other(
    two: Installation, project: StudioProject, stand_in: RunningStandIn, other: RunningStandIn, tmp_path: Path
) -> None:
    changed = two.but(SECRET_KEY="f" * 16)
    assert "SECRET_KEY has changed" in changed.command("run", "topic@2", "--on", "all", code=1).err
    other.control(api_key="a new key")
    refused = two.command("run", "topic@2", "--on", "all", code=1).err
    assert "refused the key: check the key of connection 'other'" in refused
    changed.command("run", "topic@1", "--on", "all")
    assert (stand_in.requests(), other.stats()["completion_tokens"]) == (TASKS, 0)
    two.command("dump", str(tmp_path), "topic")
    two.command("disconnect-model", "other")
    missing = two.command("load", str(tmp_path / "topic@2.md"), code=1).err
    assert "connect-model other --base-url URL" in missing
    assert "There is no connection 'other' here" in two.command("evaluate", "topic@2", code=1).err
    assert two.command("show", "topic@2", "--json").json["model"] == "other/stand-in"
