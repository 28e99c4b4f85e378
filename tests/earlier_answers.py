"""What the earlier commit said about its database, and how an answer of today is compared with it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.earlier_commands import AskedCommand
from tests.earlier_record import unpacked

RENAMED = {
    "own": "self_predicted",
    "taken": "accepted",
    "gone": "unknown_label",
    "shown": "used_as_example",
    "truths": "ground truths",
    "truth": "ground truth",
    "truth \\ answer": "ground truth \\ answer",
    "answered": "answer",
}
"""Key then -> key now, where the key of then is gone; of tables in a report, the heads."""

REWORDED = {
    "To see that another": "To detect that another",
    "more ground truths; fewer if both fail alike": "more ground truths, fewer if both fail on the same tasks",
    "Intervals of F1s are too narrow below 100 tasks:": "With so few tasks the intervals of F1 may be too narrow:",
    "Only test:0.5 of the ground truths is shown;": "These are the scores on test:0.5 of the ground truths;",
    "to promise 0.6.": "to guarantee an accuracy of 0.6.",
    "refused 2, not_json 2": "not_json 2, refused 2",
}
"""Words then -> words now."""

RECOMPUTED = frozenset({"f1_macro_ci", "f1_micro_ci", "f1_weighted_ci", "F1, mean of the labels", "ece_ci", "brier_ci"})
"""Intervals that are computed in another way since, or not at all: what was said then was too narrow."""

CALIBRATED = "calibrated"
"""Of `evaluate`: calibrators of before confidence was computed among the allowed labels are not applied since."""

GUARANTEED = frozenset({"threshold", "score", "coverage", "accuracy", "accuracy_low", "tasks", "method"})
"""Of `threshold`: a part of its error goes to a grid since, and ground truths that a search chose the prompt on do not
count."""

BINNED = frozenset({"bins"})
"""Of `calibrate`: confidences that differ in their last digit alone stay in one bin since."""

RANKED = "audit"
"""It ranks tasks in another way since, so that it lists others."""

REPORTED = "report"
"""What several controls say stands on a line each since; it stood on one, with semicolons."""

OF_COMMANDS = {"threshold": GUARANTEED, "calibrate": BINNED}
"""Keys that one command computes in another way since."""

OF_NEW_ANSWERS = frozenset(
    {"answer", "confidence", "cost_usd", "spent_usd", "run", "latency_p50", "latency_p95", "created", "seconds"}
)
"""Of commands that ask the model: it draws its answers, and each run has an id, a time and a cost of its own."""

NOT_COMPARED = ("retry", "draft", "load", "list")
"""Of the same: `retry` prints the id of its run; `draft` puts its sentence into the system part since. `load` makes a
new version of an old file, because a version that is saved now tells the model the config's headings (decision 98), and
`list` has that version too."""

OF_NEW_RUNS = ("run", "seconds")
"""Of what a command did just now, each time something else."""


@dataclass(frozen=True)
class EarlierAnswers:
    """`asked`: by the name of the list in tests/earlier_commands.py, with `{studio}` for Label Studio's address.
    `predictions`: what Label Studio held when the lists were asked."""

    asked: dict[str, list[AskedCommand]]
    predictions: list[dict[str, Any]]


def earlier_answers() -> EarlierAnswers:
    stored = json.loads(unpacked("answers.json.gz"))
    asked = {
        name: [AskedCommand(tuple(one["argv"]), one["code"], one["out"]) for one in lines]
        for name, lines in stored["answers"].items()
    }
    return EarlierAnswers(asked, stored["predictions"])


def changed(now: AskedCommand, then: AskedCommand, new: Collection[str] = ()) -> list[str]:
    """Where what is said today lacks or changes what was said then; `new`: keys of what is another thing each time."""
    assert now.argv == then.argv
    if now.code != then.code:
        return [f"{' '.join(now.argv)}: {then.code} became {now.code}"]
    if (new and now.argv[0] in NOT_COMPARED) or (now.argv[0] == RANKED and "--kind" not in now.argv):
        return []
    recomputed = RECOMPUTED | {*new} | {CALIBRATED} | OF_COMMANDS.get(now.argv[0], frozenset())
    return [f"{' '.join(now.argv)}{line}" for line in differing(_read(now), _read(then), recomputed)]


def _read(asked: AskedCommand) -> Any:
    """JSON, also one a line, as what it says."""
    out = asked.out.replace("\\n", "; ") if asked.argv[0] == REPORTED else asked.out
    try:
        said = json.loads(out)
    except ValueError:
        lines = out.splitlines()
        return [json.loads(line) for line in lines] if out.startswith("{") else lines
    if asked.argv[0] in ("evaluate", "run"):
        return {key: value for key, value in said.items() if key not in OF_NEW_RUNS}
    return said


def _reworded(sentence: str) -> str:
    for then, now in REWORDED.items():
        sentence = sentence.replace(then, now)
    return sentence


def _named(now: Mapping[str, Any], key: str) -> Any:
    return now.get(key, now.get(RENAMED.get(key, key), "is gone"))


def differing(now: Any, then: Any, recomputed: Collection[str] = (), where: str = "") -> list[str]:
    """Where an answer of today lacks or changes what was said then, the keys `recomputed` aside. It may say more; a
    sum's last digit depends on the order in which a database adds."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            line
            for key, value in then.items()
            if key not in recomputed
            for line in differing(_named(now, key), value, recomputed, f"{where}.{key}")
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            line
            for place in range(len(then))
            for line in differing(now[place], then[place], recomputed, f"{where}[{place}]")
        ]
    if isinstance(then, str):
        then = _reworded(then)
    same = now == (pytest.approx(then, rel=1e-9) if isinstance(then, float) else then)
    return [] if same else [f"{where}: {then!r} became {now!r}"]
