"""Comparing: two versions of a prompt or more on the ground truths that all of them answered, each with the first; what
was fixed and broken comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from backend.domain.metrics.comparison import UNDECIDED, VersionPair
from backend.errors import PromptsError
from backend.interfaces.presentation.differences import difference_sentence
from backend.interfaces.presentation.number_format import percent, percent_interval, things
from backend.interfaces.presentation.truth_basis import comparison_basis_caveats
from backend.interfaces.web.pages.differing import changed_lines
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_words import on_page
from backend.services.analysis.compare import ComparisonResult
from backend.services.analysis.results import TaskResult
from backend.services.public_objects import PublicVersion

MOST_SHOWN = 200
"""Tasks of each kind."""
MOST_COMPARED = 8
"""Versions."""
ALONE = "There is only one version: save another to compare it with."
Results = dict[str, dict[int, TaskResult]]
"""Tag -> task -> result."""


@dataclass(frozen=True, slots=True)
class PairShown:
    """A version beside the first. `changed`: title, and the results of both on tasks that were fixed or broken."""

    pair: VersionPair
    verdict: str
    differs: str
    changed: list[tuple[str, list[tuple[TaskResult, TaskResult]]]]
    diff: list[str]


def show_comparison(page: PageRequest, prompt: int) -> Any:
    """Which ones is in the address: `old`, `new` and any number of `also`; by default the newest and the one before
    it."""
    row, versions = page.call.objects.prompt(prompt), page.call.objects.versions(prompt)
    new = _chosen(versions, "new", 0)
    old = _chosen([item for item in versions if item is not new], "old", 0)
    words: dict[str, Any] = {"row": row, "versions": versions, "old": old, "new": new, "also": []}
    if old is None or new is None:
        return page.show("compare.html", **words, trouble=ALONE)
    named = request.args.getlist("also")
    also = [item for item in versions if item not in (old, new) and str(item.number.id) in named]
    words["also"] = also[: MOST_COMPARED - 2]
    try:
        compared = _compared(page, [old, new, *words["also"]])
    except PromptsError as error:
        return page.show("compare.html", **words, trouble=on_page(error.notice))
    return page.show("compare.html", **words, trouble=None, **compared)


def _chosen(versions: list[PublicVersion], name: str, default: int) -> PublicVersion | None:
    """The version that the address names, else that at `default`; None when there is none."""
    named = next((item for item in versions if str(item.number.id) == request.args.get(name)), None)
    return named or (versions[default] if len(versions) > default else None)


def _compared(page: PageRequest, versions: Sequence[PublicVersion]) -> dict[str, Any]:
    tags = [item.version.tag for item in versions]
    result = page.app.compare(tags)
    rows: Results = {tag: {row.task: row for row in page.app.results(tag)} for tag in tags} if result.truths else {}
    by_tag = {item.version.tag: item for item in versions}
    pairs = [pair for pair in result.comparison.pairs if pair.first == tags[0]]
    pair_views = [_pair_view(result, pair, rows, by_tag) for pair in pairs]
    agreed = [_agreed(result, tags[0], tag) for tag in tags[1:]] if not result.truths else []
    rests_on = [*map(on_page, comparison_basis_caveats(result))]
    return {"result": result, "pairs": pair_views, "agreed": agreed, "tags": tags, "rests_on": rests_on}


def _pair_view(
    result: ComparisonResult, pair: VersionPair, rows: Results, versions: dict[str, PublicVersion]
) -> PairShown:
    before, after = versions[pair.first].version, versions[pair.second].version
    titles = (("Broken", pair.broken), ("Fixed", pair.fixed)) if rows else ()
    changed = [(title, _both(ids, rows[pair.first], rows[pair.second])) for title, ids in titles]
    differs = difference_sentence(result.differences[pair.first, pair.second])
    return PairShown(pair, _verdict(pair, result.truths), differs, changed, changed_lines(before, after))


def _both(
    ids: Iterable[int], before: dict[int, TaskResult], after: dict[int, TaskResult]
) -> list[tuple[TaskResult, TaskResult]]:
    """The results of both versions on each of these tasks."""
    return [(before[task], after[task]) for task in list(ids)[:MOST_SHOWN] if task in before and task in after]


def _verdict(pair: VersionPair, truths: int) -> str:
    """One sentence."""
    if not truths:
        return f"There is no ground truth, so nobody knows whether {pair.second} or {pair.first} is better."
    if pair.verdict == UNDECIDED:
        return f"Not decided: these tasks do not tell {pair.second} and {pair.first} apart."
    return f"{pair.second} is {pair.verdict} than {pair.first}."


def _agreed(result: ComparisonResult, first: str, second: str) -> str:
    """How often two versions say the same, without ground truths."""
    agreement = result.agreements[first, second]
    if agreement.agreed is None:
        return f"{second} and {first} answered no task in common."
    return (
        f"{second} says the same as {first} on {percent(agreement.agreed)} of {things(agreement.tasks, 'task')} "
        f"({percent_interval(agreement.agreed_ci)})."
    )
