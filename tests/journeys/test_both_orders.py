"""`save --swap` on a real Label Studio: a <Pairwise> asked in both orders, what depends on the order left out."""

import pytest

from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import Json, StudioProject
from tests.running import RunningStandIn

CONFIG = """<View>
  <Text name="a" value="$draft"/><Text name="b" value="$other"/>
  <Pairwise name="better" toName="a,b"/>
</View>"""
PROMPT = "Which of them is friendly?\n- left: {draft}\n- right: {other}"
"""The stand-in weighs the words of each side; between equal ones it says left in any order."""
FRIENDLY, RUDE, PLAIN = "Thanks, a friendly note {}.", "A rude note {}.", "Note {}."
PAIRS = ((FRIENDLY, RUDE), (RUDE, FRIENDLY), (PLAIN, PLAIN), (FRIENDLY, PLAIN), (PLAIN, PLAIN))
SIDES = ("left", "right", "left", "right", "right")
"""Of the ground truths; that of the fourth is wrong."""


def judged(side: str) -> list[Json]:
    return [{"from_name": "better", "to_name": "better", "type": "pairwise", "value": {"selected": side}}]


@pytest.fixture
def project(label_studio: RunningLabelStudio) -> StudioProject:
    tasks = [{"draft": one.format(n), "other": other.format(n + 10)} for n, (one, other) in enumerate(PAIRS)]
    return StudioProject.made(label_studio, tasks, list(map(judged, SIDES)), CONFIG)


def test_what_depends_on_the_order_is_an_abstention(
    mine: Installation, project: StudioProject, stand_in: RunningStandIn
) -> None:
    once = mine.save("better", project.id, PROMPT)
    both = mine.save("better", project.id, PROMPT, confidence="swap")
    tokens = {tag: mine.command("estimate", tag, "--on", "all", "--json").json["prompt_tokens"] for tag in (once, both)}
    assert tokens[both] == pytest.approx([2 * number for number in tokens[once]], abs=1)
    assert "position_consistency" not in mine.command("evaluate", once, "--json").json["controls"]["better"]
    asked = stand_in.requests()
    found = mine.command("evaluate", both, "--json").json
    assert stand_in.requests() - asked == 2 * len(PAIRS)
    measured = {name: one["value"] for name, one in found["controls"]["better"].items()}
    assert measured == pytest.approx(
        {
            "accuracy": 2 / 5,
            "left_answers": 4 / 5,
            "left_truths": 2 / 5,
            "position_consistency": 3 / 5,
            "consistent_accuracy": 2 / 3,
        }
    )
    assert mine.command("results", both, "--rejected").out.count("inconsistent") == 2
    mine.command("run", both, "--on", "all")
    assert stand_in.requests() - asked == 2 * len(PAIRS), "all is stored"
    pushed = [p for p in project.predictions() if p["model_version"] == both]
    sides = {p["task"]: p["result"][0]["value"]["selected"] for p in pushed}
    assert [sides.get(task) for task in project.task_ids()] == ["left", "right", None, "left", None]
    assert all(0.5 < p["score"] < 1 for p in pushed)


def test_a_prompt_says_so_in_its_file_and_shows_both(mine: Installation, project: StudioProject) -> None:
    prompt = mine.folder / "prompt.txt"
    prompt.write_text("Is {draft} good?", encoding="utf-8")
    refused = mine.command("save", "better", "--project", project.id, "--file", prompt, "--swap", code=1).err
    assert "the prompt does not show one of them: use {other} in it" in " ".join(refused.split())
    prompt.write_text(f"---\nconfidence: swap\n---\n{PROMPT}", encoding="utf-8")
    tag = mine.command("save", "better", "--project", project.id, "--file", prompt).out.strip()
    assert "confidence swap" in mine.command("show", tag).out
