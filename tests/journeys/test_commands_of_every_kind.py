"""The commands that read results, for every kind of control on a real Label Studio: each has a result, or says in one
sentence why there is none.

The kinds are sets of `tests/control_sets.py`, four times with other texts, without those that another is like. Pushing,
annotating and withdrawing are in the journeys of each kind.
"""

import json
import re
from typing import Any

import pytest

from tests.command_forks import ForkedCommand
from tests.control_sets import SETS, control_set
from tests.installation import PATIENCE_S, Done, Installation
from tests.journeys.conftest import RunningLabelStudio
from tests.journeys.project import StudioProject
from tests.running import RunningStandIn

COPIES, TASKS = 4, 20
LIKE_ANOTHER = ("choices_nested", "inputs", "labels_brought", "labels_hypertext", "per_item_brought", "textarea")
KINDS = [name for name in SETS if name not in LIKE_ANOTHER]
READING = {
    "compare": ("compare", "{name}@1", "{name}@2"),
    "wrong": ("results", "{name}@1", "--wrong"),
    "audit": ("audit", "{project}"),
    "calibrate": ("calibrate", "{name}@1"),
    "threshold": ("threshold", "{name}@1"),
    "shares": ("shares", "{name}@1"),
    "export": ("export", "{name}@1", "--format", "jsonl"),
    "report": ("report", "{name}@1", "--vs", "{name}@2"),
    "enhance": ("enhance", "{name}@1", "--rounds", "1"),
}
WHY_NOT = {
    "examples": r"The prompt shows files, which examples cannot show: save it without examples\.",
    "audit": r"An audit compares labels, which this config does not have: .*",
    "shares": r"Nothing that \S+@1 answers falls into labels: there are no shares\.",
    "enhance": r"\S+@1 shows files, and a search learns from texts alone: .*|There are \d+ ground truths to .*",
}
"""The sentences that say why a command has no result of a kind."""
UNLABELLED = ("datetime", "number", "ranker", "textarea_one")
"""Kinds of which nothing falls into labels."""
SHOWS_FILES = ("boxes", "per_item")
HEADS = ("label ", "label  precision", "version  ", "confidence  ", "ground truth \\ answer", "below ", "ground truth ")
RAW = re.compile(r"Traceback|\b(nan|inf)\b|\w+\(\w+=", re.IGNORECASE)
"""What nobody should read: a traceback, a number that is none, an object of the program."""


def other_text(data: dict[str, Any], copy: int) -> dict[str, Any]:
    """The same task with something more at the end, so that what is marked keeps its place; task 0 as it is."""
    for name in ("text", "html", "q"):
        if copy and isinstance(data.get(name), str):
            return {**data, name: f"{data[name]} And {copy}."}
    if copy and (turns := data.get("dialogue")):
        return {**data, "dialogue": [*turns, {**turns[0], "text": f"And {copy}."}]}
    return data


def project_of(label_studio: RunningLabelStudio, name: str) -> StudioProject:
    """Dates and numbers are told in the texts, and the stand-in finds them: half of their truths are those of others,
    so that something is wrong."""
    found = control_set(name)
    tasks = [other_text(data, copy) for copy in range(COPIES) for data in found.tasks]
    turned = [*found.truths[1:], found.truths[0]] if name in UNLABELLED else found.truths
    return StudioProject.made(label_studio, tasks, [*found.truths, *turned] * (COPIES // 2), found.config)


def ended(command: ForkedCommand) -> Done:
    try:
        out, err = command.communicate("", timeout=PATIENCE_S)
    finally:
        command.kill()
    return Done(command.returncode or 0, out, err)


def check_sentence(kind: str, done: Done) -> None:
    """That it says in one sentence why there is no result."""
    said = done.err.splitlines()[-1]
    assert re.fullmatch(f"Error: ({WHY_NOT.get(kind, 'none')})", said), done.err
    assert (done.code, done.out) == (1, "")


def check_result(done: Done) -> None:
    """That there is one, with a row below the head of each table."""
    assert done.code == 0, done.err
    assert done.out.strip()
    assert RAW.search(done.out + done.err) is None
    lines = done.out.splitlines()
    empty = [line for line, below in zip(lines, [*lines[1:], ""], strict=True) if line.startswith(HEADS) and not below]
    assert empty == [], done.out


def refused(name: str) -> set[str]:
    """The commands that have no result of a kind."""
    if name in SHOWS_FILES:
        return {"examples", "enhance"}
    return {"audit", "shares"} if name in UNLABELLED else {"audit"} if name == "rating" else set()


def test_each_has_a_result_or_says_why_not(
    mine: Installation, label_studio: RunningLabelStudio, stand_in: RunningStandIn, subtests: pytest.Subtests
) -> None:
    stand_in.control(pictures=True)
    for name in KINDS:
        with subtests.test(name):
            project = project_of(label_studio, name)
            mine.command("save", name, "--project", project.id)
            if name in SHOWS_FILES:
                check_sentence("examples", ended(mine.start("save", name, "--project", project.id, "--examples", 1)))
                mine.command("save", name, "--project", project.id, "--temperature", 1)
            else:
                mine.command("save", name, "--project", project.id, "--examples", 2)
            for version in (1, 2):
                check_result(mine.command("evaluate", f"{name}@{version}", "--no-push"))
            started = {
                kind: mine.start(*(word.format(name=name, project=project.id) for word in argv))
                for kind, argv in READING.items()
            }
            found = {kind: ended(command) for kind, command in started.items()}
            for kind, done in found.items():
                if kind in refused(name) or (kind == "enhance" and done.code):
                    check_sentence(kind, done)
                elif kind == "report":
                    check_report(done)
                elif kind == "wrong":
                    check_wrong(done)
                else:
                    check_result(done)
            rows = list(map(json.loads, found["export"].out.splitlines()))
            assert len(rows) == TASKS
            assert all(any(column.startswith("answer.") for column in row) for row in rows)


def check_report(done: Done) -> None:
    assert done.code == 0, done.err
    assert re.search(r">(nan|inf|None|undefined)<|\w+\(\w+=", done.out) is None
    assert "</html>" in done.out


def check_wrong(done: Done) -> None:
    """That it shows each task with its truth and its answer; there may be none."""
    if done.err != "0 tasks\n":
        check_result(done)
        assert re.search(r"^  truth   \S.*\n  answer  \S", done.out, re.MULTILINE)
