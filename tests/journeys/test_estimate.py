"""Estimates of a real project: free, right once something is known, and a probe is not wasted."""

import pytest

from backend.domain.dataset.subset import Subset
from backend.errors import SubsetError
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn

ALL = Subset("all")
TASKS = 60
NAMES = {"example_tokens", "tasks", "reused", "prompt_tokens", "completion_tokens", "cost_usd", "tokenizer"}


@pytest.fixture
def priced(label_studio: RunningLabelStudio, mine: Installation) -> Installation:
    return mine.but(PRICE_IN="2", PRICE_OUT="10")


def test_an_estimate_costs_nothing_and_a_probe_is_reused(
    priced: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = StudioProject.made(label_studio, [*messages(TASKS), *messages(10), {"text": ""}])
    priced.save("topic", project.id)
    first = priced.command("estimate", "topic@1", "--on", "all", "--json").json
    assert set(first) == NAMES
    assert (first["tasks"], first["reused"], stand_in.requests()) == (TASKS + 11, 0, 0)
    assert first["tokenizer"].startswith("default")
    probed = priced.command("estimate", "topic@1", "--on", "all", "--probe", 20, "--json").json
    assert stand_in.requests() == 20
    assert probed["reused"] >= 20
    assert probed["tokenizer"].startswith("calibrated on 20")
    before = stand_in.stats()
    priced.app.run("topic@1", ALL, RunOptions(push=False))
    after = stand_in.stats()
    assert after["requests"] == TASKS, "identical texts once, those of the probe not again"
    took = {name: after[name] - before[name] for name in ("prompt_tokens", "completion_tokens")}
    for name, tokens in took.items():
        assert first[name][0] <= after[name] <= first[name][1]
        assert probed[name][0] <= tokens <= probed[name][1]
    cost = (took["prompt_tokens"] * 2 + took["completion_tokens"] * 10) / 1e6
    assert probed["cost_usd"][0] * 0.99 <= cost <= probed["cost_usd"][1] * 1.01
    rest = priced.app.estimate("topic@1", ALL)
    assert (rest.reused, rest.prompt_tokens, rest.completion_tokens, rest.cost_usd) == (
        TASKS + 10,
        (0, 0),
        (0, 0),
        (0, 0),
    )


def test_a_new_version_is_counted_by_its_older_ones(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn
) -> None:
    project = StudioProject.made(label_studio, messages(30))
    mine.save("topic", project.id)
    mine.app.run("topic@1", Subset("sample", size=12), RunOptions(push=False))
    mine.save("topic", project.id, text="Another text: {text}")
    found = mine.app.estimate("topic@2", ALL)
    assert found.tokenizer.startswith("calibrated on 12")
    assert (found.reused, found.cost_usd) == (0, None)
    said = mine.command("estimate", "topic@2", "--on", "all").out
    assert said.splitlines()[0] == "tasks     30, 0 of them answered already"
    with pytest.raises(SubsetError, match="probe"):
        mine.app.estimate("topic@2", ALL, probe=-1)
