"""Comparing versions: from what is stored of each, on the same tasks. Nothing is asked and nothing is paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from backend.core.agreement import Agreement, agreement
from backend.core.comparison import Comparison, compare
from backend.core.differences import Difference, Setup, differences
from backend.core.outcomes import Outcome
from backend.core.prompts import PromptVersion
from backend.core.relabel import shared_schema
from backend.core.subsets import Subset
from backend.core.summary import Summary, summarise
from backend.core.truths import NOTHING, LeftOut
from backend.errors import NoTruthsError, PromptError, RunError
from backend.flows.baseline import Baseline, ground_truths
from backend.flows.prompts import Bound
from backend.flows.runs import Runs


@dataclass(frozen=True, slots=True)
class Compared:
    """`comparison` with ground truths, `agreements` (first, second -> theirs) without. `truths`: ground truths there
    are; `summaries`: of each version on the compared tasks; `links`: to tasks that were fixed or broken;
    `differences`: first, second -> what differs between the versions themselves."""

    versions: tuple[str, ...]
    subset: Subset
    truths: int
    comparison: Comparison
    agreements: Mapping[tuple[str, str], Agreement]
    summaries: Mapping[str, Summary]
    links: Mapping[int, str]
    left_out: LeftOut
    differences: Mapping[tuple[str, str], tuple[Difference, ...]]


def compare_versions(runs: Runs, bounds: Sequence[Bound], subset: Subset) -> Compared:
    """`bounds`: two versions or more; `subset`: which ground truths.

    Raises PromptError for versions that can't be compared, RunError for one that was not asked about any of the tasks,
    with the command that asks.
    """
    tags = [bound.version.tag for bound in bounds]
    if len(set(tags)) < len(tags) or len(tags) < 2:
        raise PromptError("A comparison takes two different versions or more, like sentiment@1 sentiment@2.")
    if len({bound.project.id for bound in bounds}) > 1:
        raise PromptError(f"{' and '.join(tags)} are for different projects: compare versions for the same one.")
    bounds = alike(bounds)
    first = bounds[0]
    try:
        base = ground_truths(runs.studio, first.project, first.schema, subset, [b.version for b in bounds])
    except NoTruthsError as error:
        if subset.split is not None:
            raise
        return _without_truths(runs, bounds, subset, str(error))
    return _with_truths(runs, bounds, subset, base)


def _with_truths(runs: Runs, bounds: Sequence[Bound], subset: Subset, base: Baseline) -> Compared:
    known = {truth.task_id for truth in base.truths}
    said = {bound.version.tag: _said(runs, bound, known) for bound in bounds}
    for tag, outcomes in said.items():
        if not any(outcome.spoke for outcome in outcomes):
            raise RunError(not_asked(tag, len(known), subset))
    found = compare(said, base.truths, bounds[0].schema)
    common = set.intersection(*({o.task_id for o in outcomes if o.spoke} for outcomes in said.values()))
    changed = {task for pair in found.pairs for task in (*pair.fixed, *pair.broken)}
    return Compared(
        versions=tuple(said),
        subset=subset,
        truths=len(known),
        comparison=found,
        agreements={},
        summaries={tag: summarise(o for o in outcomes if o.task_id in common) for tag, outcomes in said.items()},
        links={task: runs.studio.task_url(bounds[0].project.id, task) for task in sorted(changed)},
        left_out=base.left_out,
        differences=_differences(runs, bounds),
    )


def _without_truths(runs: Runs, bounds: Sequence[Bound], subset: Subset, reason: str) -> Compared:
    said = {bound.version.tag: _said(runs, bound, None) for bound in bounds}
    for tag, outcomes in said.items():
        if not outcomes:
            raise RunError(f"{tag} was not asked about any task: `ls-prompts run {tag} --on sample`. {reason}")
    found = compare(dict.fromkeys(said, ()), (), bounds[0].schema)
    return Compared(
        versions=tuple(said),
        subset=subset,
        truths=0,
        comparison=replace(found, reason=reason),
        agreements={(a, b): agreement(said[a], said[b], bounds[0].schema) for a, b in combinations(said, 2)},
        summaries={tag: summarise(outcomes) for tag, outcomes in said.items()},
        links={},
        left_out=NOTHING,
        differences=_differences(runs, bounds),
    )


def alike(bounds: Sequence[Bound]) -> list[Bound]:
    """Versions that were saved with different labelling configs, read by what these have in common: only truths in
    labels that all of them have can judge between them. Raises ConfigChangedError when there is nothing."""
    schema = shared_schema([bound.schema for bound in bounds])
    return [b if b.schema is schema else replace(b, schema=schema, origin=b.origin or b.schema) for b in bounds]


def _differences(runs: Runs, bounds: Sequence[Bound]) -> dict[tuple[str, str], tuple[Difference, ...]]:
    setups = [setup_of(runs, bound.version) for bound in bounds]
    return {(a.version.tag, b.version.tag): differences(a, b) for a, b in combinations(setups, 2)}


def setup_of(runs: Runs, version: PromptVersion) -> Setup:
    return Setup(version, runs.record.servers(version.tag))


def _said(runs: Runs, bound: Bound, only: set[int] | None) -> list[Outcome]:
    return [outcome for page in runs.stored(bound, only) for outcome in page]


def not_asked(tag: str, truths: int, subset: Subset) -> str:
    """What to say of a version that was asked about none of the tasks with a truth."""
    options = ["--truth any"] * (subset.truth == "any") + [f"--split {subset.split}"] * (subset.split is not None)
    options += ["--accepted"] * subset.accepted + ["--leave-one-out"] * subset.leave_one_out
    command = " ".join(["ls-prompts evaluate", tag, *options])
    return f"{tag} has no answer to any of the {truths} tasks with a ground truth: `{command}` asks about them."
