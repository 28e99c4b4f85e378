"""Command lines about a database of an earlier commit: its code was asked them once
(tests/data/earlier_record/ask.py), and today's must answer the same.

Each list is in the order in which it is asked: some commands change what the next ones find.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Argv = tuple[str, ...]
Command = Callable[[Argv], tuple[int, str]]
"""Runs a command line and returns its exit code and what it printed on standard output."""

TAGS = (*(f"topic@{number}" for number in range(1, 8)), "two@1", "two@2", "sure@1")
CANCELED, STOPPED_BY_BUDGET, SEARCH, WITH_REJECTED = "b6b1da6e", "5b032517", "8f879210", "9f3888d9"
RUNS = (
    *("fe506826", "73860ab4", "37dedb36", "99465182", "fa263769", "1fde5f47", "14189b07", "cf4ffc99", "65069051"),
    *(WITH_REJECTED, STOPPED_BY_BUDGET, SEARCH, CANCELED),
)
PART = ("--split", "test:0.5")
LAST = "LAST"
"""Stands for what the command before printed."""

ALONE: tuple[Argv, ...] = (
    ("list", "--json"),
    ("list", "topic", "--json"),
    ("runs", "--json"),
    ("runs", "topic@2", "--json"),
    *(("show", tag, how) for tag in TAGS for how in ("--json", "--plain")),
    *(("watch", run, "--json") for run in RUNS),
    ("diff", "topic@1", "topic@2"),
    ("diff", "topic@2", "topic@3"),
    ("diff", "two@1", "two@2"),
    ("dump", "dumped"),
)
"""These ask neither Label Studio nor the model."""

STORED: tuple[Argv, ...] = (
    *(("results", tag, "--json") for tag in TAGS),
    *(("results", "two@1", flag, "--json") for flag in ("--wrong", "--rejected", "--missing")),
    ("results", "topic@3", "--wrong", "--json"),
    ("results", "two@2", "--failed", "--json"),
    *(("export", tag, "--format", "jsonl") for tag in ("topic@1", "topic@4", "two@1")),
    ("export", "sure@1"),
    *(("estimate", tag, "--on", "all", "--json") for tag in ("topic@2", "topic@5", "topic@7")),
    ("compare", "topic@1", "topic@2", "topic@5", "--json"),
    ("compare", "topic@1", "topic@2", "--json"),
    ("compare", "topic@2", "topic@3", *PART, "--json"),
    ("compare", "two@1", "two@2", "--json"),
    *(("threshold", tag, "--accuracy", "0.6", "--json") for tag in ("topic@1", "topic@5", "sure@1")),
    *(("audit", project, "--json") for project in "123"),
    *(("audit", "1", "--kind", kind, "--json") for kind in ("confusions", "duplicates", "disagreements")),
    ("report", "topic@1"),
    ("report", "topic@2", "--vs", "topic@1"),
    ("report", "topic@3", "--vs", "topic@2", *PART),
    ("report", "two@1"),
    ("report", "sure@1"),
    *(("evaluate", tag, "--no-push", "--json") for tag in ("topic@1", "topic@2", "topic@5", "sure@1", "two@1")),
    ("evaluate", "topic@3", *PART, "--no-push", "--json"),
    ("evaluate", "topic@2", "--vs", "topic@1", "--no-push", "--json"),
    ("run", "topic@1", "--on", "all", "--no-push", "--json"),
    ("run", "topic@2", "--on", "sample", "--random", "7", "--stratify", "--no-push", "--json"),
    ("run", "topic@4", "--ids", "91-99,101", "--no-push", "--json"),
    ("calibrate", "sure@1", "--json"),
    ("calibrate", "topic@5", "--json"),
    ("try", "topic@1", "--task", "5", "--json"),
    ("try", "topic@4", "--task", "95", "--json"),
    ("try", "two@1", "--task", "130", "--json"),
)
"""These read tasks and ground truths in Label Studio, and answers of the model that are stored: it is not asked."""

PUSHED = tuple(("push", tag, "--keep", "--json") for tag in ("sure@1", "two@1", "topic@1", "topic@3", "topic@5"))
"""Makes Label Studio hold the predictions of the earlier commit."""

PREDICTIONS: tuple[Argv, ...] = (
    *(("predictions", project, "--json") for project in "123"),
    *PUSHED,
    ("push", "topic@2", "--json"),
    ("predictions", "1", "--json"),
    ("push", "topic@1", "--json"),
    ("predictions", "1", "--json"),
    ("use", "topic@1"),
    ("withdraw", "topic@1", "--yes"),
    ("predictions", "1", "--json"),
    ("annotate", "sure@1", "--min-confidence", "0.9", "--yes"),
    ("annotate", "two@1", "--yes"),
    ("withdraw", "two@1", "--yes"),
    ("predictions", "2", "--json"),
)
"""These change predictions in Label Studio; the model is not asked."""

ASKING: tuple[Argv, ...] = (
    ("dump", "versions"),
    ("cancel", CANCELED),
    ("resume", CANCELED),
    ("watch", CANCELED),
    ("watch", CANCELED, "--json"),
    ("results", "topic@7", "--json"),
    ("retry", STOPPED_BY_BUDGET),
    ("retry", WITH_REJECTED, "--rejected"),
    ("watch", LAST),
    ("results", "two@1", "--json"),
    ("run", "topic@4", "--on", "missing", "--no-push", "--json"),
    ("enhance", "topic@1", "--teacher", "big", "--rounds", "4", "--save-anyway", "--budget", "5", "--json"),
    ("draft", "again", "--project", "3"),
    ("rename", "two", "pair"),
    ("results", "pair@1", "--wrong", "--json"),
    ("save", "topic", "--file", "versions/topic@2.md", "--temperature", "0.5"),
    ("load", "versions/topic@3.md"),
    ("list", "topic", "--json"),
    ("delete", "pair", "--yes"),
    ("list", "--json"),
)
"""These go on where the earlier commit stopped: the model is asked about the rest."""


@dataclass(frozen=True)
class AskedCommand:
    argv: Argv
    code: int
    out: str


def asked(lines: tuple[Argv, ...], command: Command, folder: Path, studio: str) -> Iterator[AskedCommand]:
    """Runs the lines in turn. `folder` is where they run, `studio` the address that links begin with."""
    last = ""
    for argv in lines:
        code, out = command(tuple(last if word == LAST else word for word in argv))
        last = out.strip()
        yield AskedCommand(argv, code, (out if code else kept(argv, out, folder)).replace(studio, "{studio}"))


def kept(argv: Argv, out: str, folder: Path) -> str:
    """What is compared: the page of `report` without its markup, and the files that `dump` wrote."""
    if argv[0] == "report":
        return json.dumps(report_facts(out))
    if argv[0] == "dump":
        files = sorted((folder / argv[1]).iterdir())
        return json.dumps({file.name: file.read_text(encoding="utf-8") for file in files})
    return out


def report_facts(html: str) -> dict[str, Any]:
    """What a report says: its tasks by number, the numbers by name, and the tables, each row by column."""
    tasks = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert tasks
    numbers = (_texts(one, "d[td]") for block in _elements(html, "dl") for one in _elements(block, "div"))
    tables = [[_texts(row, "t[hd]") for row in _elements(table, "tr")] for table in _elements(html, "table")]
    return {
        **{name: value for name, value in json.loads(tasks[1]).items() if name != "tasks"},
        "tasks": {str(task): row for task, *row in json.loads(tasks[1])["tasks"]},
        "numbers": {name: values for name, *values in numbers},
        "tables": [[dict(zip(head, row, strict=True)) for row in rows] for head, *rows in tables],
    }


def _elements(html: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b.*?</{name}>", html, re.DOTALL)


def _texts(html: str, name: str) -> list[str]:
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in _elements(html, name)]
