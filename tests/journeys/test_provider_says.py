"""What a model's server says beside answers, on the real product: its words, and what it bills."""

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages
from tests.running import RunningStandIn

ODD = "Model needs the header X-Team to be set"


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    return StudioProject.made(label_studio, messages(12))


def test_the_providers_words_are_told_without_what_we_sent(
    project: StudioProject, mine: Installation, stand_in: RunningStandIn
) -> None:
    mine.save("topic", project.id)
    stand_in.control(complaint=f"{ODD}, for Message 3, which is about refund\x1b[2J")
    (task,) = [found for found in project.tasks() if "Message 3," in found["data"]["text"]]
    tried = mine.command("try", "topic@1", "--task", task["id"])
    assert ODD in tried.out
    verdict = tried.out.split("--- verdict")[1]
    assert "Message 3" not in verdict
    assert "\x1b[2J" not in verdict
    stand_in.control(complaint=ODD)
    run = mine.command("run", "topic@1", "--on", "all", code=1)
    assert run.err.count(ODD) >= 1
    assert len(run.err) < 2000


def test_thoughts_that_are_billed_count_in_costs_runs_and_budgets(
    project: StudioProject, mine: Installation, stand_in: RunningStandIn
) -> None:
    priced = mine.but(CONCURRENCY="1", PRICE_IN="0", PRICE_OUT="1000")
    priced.save("topic", project.id)
    stand_in.control(thoughts=1000)
    priced.command("run", "topic@1", "--on", "all", "--budget", 6, code=1)
    billed = stand_in.stats()["completion_tokens"] / 1000
    assert 1 < billed <= 6
    (status,) = priced.command("runs", "--json").json
    assert status["spent_usd"] == pytest.approx(billed)
    assert status["reason"] == "budget"
    stand_in.control(thoughts=0)
