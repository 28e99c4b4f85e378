"""Comparing: two versions of a prompt on the ground truths that both answered, what was fixed and broken first."""

from collections.abc import Iterable
from difflib import unified_diff
from typing import Any

from flask import request

from backend.domain.metrics.comparison import VersionPair
from backend.domain.prompts.prompt_file import write_prompt_file
from backend.errors import PromptsError
from backend.interfaces.presentation.differences import difference_sentence
from backend.interfaces.web.pages.visit import Visit
from backend.services.analysis.results import TaskResult
from backend.services.public_objects import PublicVersion

MOST_SHOWN = 200
"""Tasks of each kind."""


def show_comparison(visit: Visit, prompt: int) -> Any:
    """Which two is in the address: `old` and `new`, by default the newest and the one before it."""
    row, versions = visit.call.objects.prompt(prompt), visit.call.objects.versions(prompt)
    new = _chosen(versions, "new", 0)
    old = _chosen([item for item in versions if item is not new], "old", 0)
    words: dict[str, Any] = {"row": row, "versions": versions, "old": old, "new": new}
    if old is None or new is None:
        return visit.show(
            "compare.html", **words, trouble="There is only one version: save another to compare it with."
        )
    try:
        return visit.show("compare.html", **words, trouble=None, **_compared(visit, old, new))
    except PromptsError as error:
        return visit.show("compare.html", **words, trouble=str(error))


def _chosen(versions: list[PublicVersion], name: str, default: int) -> PublicVersion | None:
    """The version that the address names, else that at `default`; None when there is none."""
    named = next((item for item in versions if str(item.number.id) == request.args.get(name)), None)
    return named or (versions[default] if len(versions) > default else None)


def _compared(visit: Visit, old: PublicVersion, new: PublicVersion) -> dict[str, Any]:
    tags = (old.version.tag, new.version.tag)
    result = visit.app.compare(tags)
    pair = result.comparison.pairs[0]
    before, after = ({row.task: row for row in visit.app.results(tag)} for tag in tags)
    first, second = (write_prompt_file(item.version).splitlines() for item in (old, new))
    return {
        "pair": pair,
        "tasks": result.comparison.tasks,
        "verdict": _verdict(pair),
        "differs": difference_sentence(result.differences[tags]),
        "changed": [
            (title, _pairs(ids, before, after)) for title, ids in (("Broken", pair.broken), ("Fixed", pair.fixed))
        ],
        "diff": list(unified_diff(first, second, *tags, lineterm="")),
    }


def _pairs(
    ids: Iterable[int], before: dict[int, TaskResult], after: dict[int, TaskResult]
) -> list[tuple[TaskResult, TaskResult]]:
    """The results of both versions on each of these tasks."""
    return [(before[task], after[task]) for task in list(ids)[:MOST_SHOWN] if task in before and task in after]


def _verdict(pair: VersionPair) -> str:
    """One sentence."""
    if pair.verdict == "not decided":
        return f"Not decided: these tasks do not tell {pair.second} and {pair.first} apart."
    return f"{pair.second} is {pair.verdict} than {pair.first}."
