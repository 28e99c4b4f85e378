"""Drafting, defining labels and showing examples, on a real Label Studio: no judged task is told its own answer.

The messages of the demo are about topics that their words rarely name, so that examples help the stand-in.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backend.domain.chat.request import ChatRequest
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.examples import WAYS
from backend.domain.same_text import text_key
from backend.errors import SubsetError
from backend.services.dataset.task_selection import select_tasks
from backend.services.prompts.draft import Draft
from backend.services.prompts.few_shot_selection import HALF, FewShotRequest
from backend.services.runs.options import RunOptions
from tests.installation import Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject, chosen
from tests.running import RunningStandIn
from tests.scripted import some
from tests.teaching import teaching

DEMO = Path(__file__).resolve().parents[2] / "demo" / "data"
CONFIG = (DEMO / "config.xml").read_text(encoding="utf-8").replace('value="Praise"', 'value="Praise" hint="thanks"')


@pytest.fixture(scope="module")
def project(label_studio: RunningLabelStudio) -> StudioProject:
    """200 messages with their topics; after them copies of the first ten, shouted, without a truth, and one of these
    with."""
    rows = json.loads((DEMO / "tasks.json").read_text(encoding="utf-8"))
    copies = [{"text": f"  {row['text'].upper()}"} for row in rows[:10]]
    truths: list[Any] = [chosen(row["topic"]) for row in rows]
    data = [{"text": row["text"]} for row in rows]
    return StudioProject.made(label_studio, data + copies, [*truths, truths[0], *[None] * 9], CONFIG)


def test_a_draft_is_edited_saved_and_carried_elsewhere(mine: Installation, project: StudioProject) -> None:
    drafted = mine.command("draft", "topic", "--project", project.id)
    assert "labels:\n  Delivery:\n" in drafted.out
    assert "system: |-\n  What is this message about?\n" in drafted.out
    assert re.search(r"  Praise: thanks\n---\n<(item-[0-9a-f]{6})>\n\{text\}\n</\1>\n\Z", drafted.out)
    assert "save topic --file" in drafted.err
    edited = drafted.out.replace("  Refund:\n", "  refund: wants the money back, or to send it back\n")
    saved = mine.command("save", "topic", "--file", "-", "--examples", 4, "--select", "balanced", stdin=edited)
    version = mine.app.version(saved.out.strip())
    assert version.definitions == {"topic": {"Refund": "wants the money back, or to send it back", "Praise": "thanks"}}
    trial = mine.command("try", version.tag, "--task", project.task_ids()[50], "--json").json
    assert "- Refund: wants the money back" in trial["messages"][0]["content"]
    assert [message["role"] for message in trial["messages"]] == ["system", *["user", "assistant"] * 4, "user"]
    plain = mine.command("show", version.tag, "--plain").out
    assert mine.command("save", "topic", "--file", "-", stdin=plain).out == saved.out
    shown = mine.command("show", version.tag).out
    assert "- Refund: wants" in shown
    assert f"System part:\n{version.system}\n\nUser's message:\n{version.template}\n" in shown
    assert mine.command("show", version.tag, "--json").json["system"] == version.system
    assert trial["messages"][0]["content"].startswith(f"{version.system}\n\nLabel the item")
    (path,) = mine.app.dump(mine.folder / "prompts", "topic")
    other = mine.app.load(path.rename(path.with_name("other@1.md")), project.id).version
    assert (other.examples, other.definitions, other.content) == (
        version.examples,
        version.definitions,
        version.content,
    )


def test_a_teacher_polishes_a_draft_from_texts_alone_and_is_paid_once(
    mine: Installation, project: StudioProject
) -> None:
    with teaching("good") as teacher:
        both = mine.but(**teacher.env)
        drafted = both.command("draft", "topic", "--project", project.id, "--teacher", "big")
        assert "big wrote it from tasks alone, so it could not be checked" in drafted.err
        assert drafted.out != mine.command("draft", "topic", "--project", project.id).out
        assert both.command("draft", "topic", "--project", project.id, "--teacher", "big").out == drafted.out
        assert len(teacher.requests) == 1
        seen = [task for task in project.tasks() if json.dumps(task["data"]["text"])[1:-1] in teacher.texts]
        assert 0 < len(seen) <= 20
        assert "annotations" not in teacher.texts
    assert mine.command("save", "topic", "--file", "-", stdin=drafted.out).out == "topic@1\n"


@pytest.mark.parametrize("kind", ["unknown", "empty", "refusing"])
def test_of_a_useless_teacher_the_draft_is_kept(mine: Installation, project: StudioProject, kind: str) -> None:
    with teaching(kind) as teacher:
        drafted = mine.but(**teacher.env).app.draft("topic", project.id, "big")
    assert drafted.file == mine.app.draft("topic", project.id).file
    assert "can't be used" in drafted.caveats[0]


@pytest.mark.parametrize("select", WAYS)
def test_no_judged_task_is_told_its_own_answer(mine: Installation, project: StudioProject, select: str) -> None:
    version = mine.app.version(mine.save("topic", project.id, examples=FewShotRequest(6, select)))
    assert version.examples is not None
    texts = {task["id"]: text_key([task["data"]["text"]]) for task in project.tasks()}
    kept = {text_key(one.values.values()) for one in version.examples.pool}
    others = {task for task in list(texts)[:201] if texts[task] not in kept}
    resolved = mine.app.container.resolver.resolved(version.tag)
    judged = select_tasks(mine.app.container.studio, resolved, Subset("ground-truth"))
    assert {truth.task_id for truth in judged.truths} == others
    assert set(judged.left_out.examples) == set(list(texts)[:201]) - others != set()
    finished = mine.app.run(version.tag, Subset("ground-truth", leave_one_out=True), RunOptions(push=False))
    sent = {outcome.task_id: outcome.digest for outcome in mine.app.outcomes(finished.run.id)}
    assert set(sent) == set(list(texts)[:201])
    pages = mine.app.container.studio.tasks_by_id(project.id, sorted(sent))
    for task, request in mine.app.container.labeler.builder(resolved).requests(
        [task for page in pages for task in page]
    ):
        assert isinstance(request, ChatRequest)
        shown = {text_key([text]) for text, _ in request.example_turns}
        assert request.digest == sent[task]
        assert 5 <= len(shown) <= 6
        assert shown <= kept - {texts[task]}


def test_near_examples_help_and_an_evaluation_says_what_it_left_out(mine: Installation, project: StudioProject) -> None:
    bare, shown = mine.save("bare", project.id), mine.save("topic", project.id, examples=FewShotRequest(8))
    found = mine.command("evaluate", shown, "--no-push", "--json")
    assert len(found.json["left_out"]["used_as_example"]) == 201 - found.json["tasks"]
    without = mine.app.run(bare, Subset("ground-truth", split=HALF.rest), RunOptions(push=False)).score
    assert without is not None
    assert found.json["tasks"] <= without.outputs
    assert found.json["accuracy"] > some(without.accuracy) + 0.05
    estimated = mine.app.estimate(shown, Subset("all"))
    assert 0 < estimated.example_tokens[0] < some(estimated.prompt_tokens)[0]
    assert mine.app.estimate(bare, Subset("all")).example_tokens == (0, 0)


def test_embeddings_are_asked_for_once(mine: Installation, project: StudioProject, stand_in: RunningStandIn) -> None:
    tag = mine.save("topic", project.id, examples=FewShotRequest(6, embed="some-embeddings"))
    estimated = mine.app.estimate(tag, Subset("ground-truth"))
    assert (stand_in.stats()["embeddings"], estimated.reused) == (0, 0)
    assert 0 < estimated.example_tokens[0] < some(estimated.prompt_tokens)[0]
    for _ in range(2):
        found = mine.app.run(tag, Subset("ground-truth"), RunOptions(push=False))
        assert found.summary.usable == found.summary.tasks > 50
        assert stand_in.stats()["embeddings"] == 3, "two pages of the pool, one of the judged tasks"
    estimated = mine.app.estimate(tag, Subset("ground-truth"))
    assert (estimated.reused, estimated.prompt_tokens) == (found.summary.tasks, (0, 0)), "the requests are the same"
    mine.app.estimate(tag, Subset("all"))
    assert stand_in.stats()["embeddings"] == 3, "what is read costs nothing"
    assert mine.app.canary_plan(tag).requests
    refused = mine.command("evaluate", tag, "--budget", 5, code=1)
    assert "do not count towards a budget" in refused.err
    wrong = mine.save("wrong", project.id, examples=FewShotRequest(6, embed="missing-model"))
    assert "makes no embeddings with 'missing-model' (404)" in mine.command("evaluate", wrong, code=1).err


def test_a_version_is_not_changed_by_what_is_annotated_later(mine: Installation, project: StudioProject) -> None:
    tag = mine.save("topic", project.id, examples=FewShotRequest(5, "fixed"))
    before = mine.app.version(tag)
    example = some(before.examples).pool[0].task
    task = next(task for task in project.tasks() if task["id"] == example)
    project.http.patch(f"/api/annotations/{task['annotations'][0]['id']}/", json={"ground_truth": False})
    assert mine.app.version(tag) == before
    after = mine.app.version(mine.save("topic", project.id, examples=FewShotRequest(5, "fixed")))
    assert (after.number, example in [one.task for one in some(after.examples).pool]) == (2, False)
    project.http.patch(f"/api/annotations/{task['annotations'][0]['id']}/", json={"ground_truth": True})


def test_what_can_not_be_done_is_said_in_a_sentence(mine: Installation, project: StudioProject) -> None:
    few = mine.command("save", "topic", "--project", project.id, "--examples", 50, "--split", "dev:0.1", code=1)
    assert "ask for fewer, mark more, or take them from all with --split all." in few.err
    assert (
        "give their number" in mine.command("save", "topic", "--project", project.id, "--select", "fixed", code=2).err
    )
    wrong = "---\nlabels:\n  Refnud: x\n---\n{text}"
    refused = mine.command("save", "topic", "--project", project.id, "--file", "-", stdin=wrong, code=1)
    assert "did you mean Refund?" in refused.err
    everything = mine.app.save(Draft("all", project.id, examples=FewShotRequest(3, split=None))).version
    with pytest.raises(SubsetError, match="examples of the prompt: mark other tasks"):
        mine.app.evaluate(everything.tag)
