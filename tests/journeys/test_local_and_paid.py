"""The page about a local model beside a paid one, its commands typed as they stand there, with two stand-ins."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import services
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, messages, truths
from tests.running import RunningStandIn, running_stand_in

PAGE = (services.ROOT / "docs" / "run" / "local-and-paid.md").read_text(encoding="utf-8")
CLEAR, VAGUE = 90, 30


@pytest.fixture
def local(tmp_path: Path) -> Iterator[RunningStandIn]:
    log = tmp_path / "local.log"
    with running_stand_in(log) as running:
        yield running


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    vague = [{"text": f"Note {number}: hello there"} for number in range(VAGUE)]
    return StudioProject.made(label_studio, [*messages(CLEAR), *vague], truths(30, CLEAR + VAGUE))


def lines() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def test_the_page_works_as_it_is_written(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn, local: RunningStandIn
) -> None:
    person = mine.but(PRICE_IN="2", PRICE_OUT="10")
    (person.folder / "prompt.txt").write_text("What is it about?\n\n{text}", encoding="utf-8")
    there = {"http://localhost:8000/v1": local.url, "--project 12": f"--project {project.id}"}
    out = {}
    for line in lines():
        typed = line
        for written, real in there.items():
            typed = typed.replace(written, real)
        out[line] = person.command(*typed.removeprefix("ls-prompts ").split()).out
    tags = [out[line].strip() for line in lines() if " save " in line]
    assert tags == ["sentiment@1", "sentiment@2", "sentiment@3"]
    assert "log-probabilities" in out[lines()[1]]
    third = person.command("show", "sentiment@3", "--json").json
    assert (third["model"], third["then"]) == ("local/qwen3-8b", "gpt-4o-mini")
    found = {row["model"] for row in person.command("results", "sentiment@3", "--json").json}
    assert found <= {"local/qwen3-8b", "gpt-4o-mini"}
    assert "local/qwen3-8b" in found
    assert stand_in.stats()["max_asked_after_good"] == local.stats()["max_asked_after_good"] == 0
    assert project.versions() == {"sentiment@3": CLEAR + VAGUE}
