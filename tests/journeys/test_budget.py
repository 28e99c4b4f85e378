"""Budgets against a real Label Studio and a stand-in that fails: what was spent is the stand-in's own count."""

import os
import signal

import pytest

from backend.domain.dataset.subset import Subset
from backend.engine.budgets.budget_rules import OverBudget
from backend.errors import RunError, SettingsError
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn, until

ALL = Subset("all")
TASKS = 120
PRICES = {"PRICE_IN": "2", "PRICE_OUT": "10"}
FAULTS = {"rate_limited": 0.05, "server_error": 0.05, "malformed": 0.1, "truncated": 0.05, "retry_after": 0.01}


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(TASKS))


@pytest.fixture
def priced(mine: Installation, project: StudioProject) -> Installation:
    few = mine.but(CONCURRENCY="8", **PRICES)
    few.save("topic", project.id, parameters={"max_tokens": 40})
    return few


def charged(stand_in: RunningStandIn) -> float:
    """USD, at the stand-in's own count."""
    stats = stand_in.stats()
    return float(stats["prompt_tokens"] * 2 + stats["completion_tokens"] * 10) / 1e6


def test_a_run_stops_at_its_budget_whatever_fails_and_goes_on_with_more(
    priced: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(**FAULTS)
    budget = 0.02
    stopped = priced.command("run", "topic@1", "--on", "all", "--budget", budget, code=1)
    assert stopped.err.count("stopped at its budget of 0.02 USD") == 1
    (status,) = priced.command("runs", "--json").json
    assert (status["status"], status["reason"], status["budget_usd"]) == ("canceled", "budget", budget)
    spent = charged(stand_in)
    assert status["spent_usd"] == pytest.approx(spent)
    assert 0.6 * budget < spent <= budget
    assert project.predictions() == []
    assert 0 < status["done"] < TASKS
    for words in ([], ["--budget", "0.02"], ["--budget", "0"]):
        assert "--budget" in priced.command("resume", status["run"], *words, code=1).err
    stand_in.control(**dict.fromkeys(FAULTS, 0.0))
    priced.command("resume", status["run"], "--budget", 1)
    priced.command("watch", status["run"])
    assert stand_in.stats()["max_asked_after_good"] == 0, "only the rest was asked"
    (status,) = priced.command("runs", "--json").json
    assert (status["status"], status["done"]) == ("completed", TASKS)
    assert status["spent_usd"] == status["cost_usd"] == pytest.approx(charged(stand_in))
    assert len(project.predictions()) > 0.9 * TASKS


def test_what_a_budget_paid_for_is_free_without_one_and_the_other_way_round(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    priced = mine.but(**PRICES)
    priced.save("topic", project.id)
    with pytest.raises(OverBudget, match="a larger budget continues it"):
        priced.app.run("topic@1", ALL, RunOptions(push=False, budget=0.06))
    asked = stand_in.requests()
    assert 0 < asked < TASKS
    full = priced.app.run("topic@1", ALL, RunOptions(push=False))
    assert stand_in.requests() == TASKS
    assert (full.summary.reused, full.summary.requests) == (asked, TASKS - asked)
    again = priced.app.run("topic@1", ALL, RunOptions(push=False, budget=1e-6))
    assert (again.summary.requests, again.summary.reused) == (0, TASKS)
    newest = priced.app.runs()[0].counts
    assert newest.spent_usd == 0
    assert newest.saved_usd == newest.cost_usd == pytest.approx(charged(stand_in))


def test_a_killed_run_takes_no_more_than_its_budget(
    priced: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    stand_in.control(latency_ms=100)
    budget = 0.03
    run = priced.app.run_in_background("topic@1", ALL, RunOptions(push=False, budget=budget)).id
    until(lambda: priced.app.watch(run).counts.done >= 16)
    os.kill(int(priced.app.container.run_store.run(run).worker.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: priced.app.watch(run).run.status == "failed")
    stand_in.control(latency_ms=0)
    priced.command("resume", run)
    until(lambda: priced.app.watch(run).run.status == "canceled")
    assert priced.app.watch(run).run.reason == "budget"
    assert charged(stand_in) <= budget
    priced.command("resume", run, "--budget", 1)
    assert priced.command("watch", run).out.startswith("completed")


def test_no_budget_without_a_price(mine: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    mine.save("topic", project.id)
    with pytest.raises(SettingsError, match=r"price of model 'stand-in' is unknown.*PRICE_IN and PRICE_OUT"):
        mine.app.run("topic@1", ALL, RunOptions(budget=5))
    for nothing in (0, -1, float("nan"), float("inf")):
        with pytest.raises(RunError, match="above 0"):
            mine.but(**PRICES).app.run("topic@1", ALL, RunOptions(budget=nothing))
    assert (stand_in.requests(), mine.app.runs()) == (0, [])
