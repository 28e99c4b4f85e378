"""Compares versions on the same tasks, from stored answers. No model is asked, and it costs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from backend.adapters.database.projects.looks import LookStore
from backend.advice import Advice
from backend.domain.answer import Texts
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING, LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.labels.controls.lists.repeated import one_item
from backend.domain.labels.controls.spans.marking import controls_in
from backend.domain.labels.relabel import shared_schema
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.agreement import Agreement, agreement
from backend.domain.metrics.comparison import Comparison, VersionPair, compare
from backend.domain.metrics.summary import Summary, summarise
from backend.domain.optimize.looks import CountedLook, judged
from backend.domain.optimize.search import LEARN
from backend.domain.outcome import Outcome
from backend.domain.prompts.differences import Difference, Setup, differences
from backend.domain.prompts.version import PromptVersion
from backend.errors import NoTruthsError, PromptError, RunError
from backend.services.dataset.counted_looks import count_look
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection, ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """A comparison of versions.

    comparison: with ground truths
    agreements: without ground truths; first, second -> their agreement
    truths: number of ground truths
    summaries: of each version on the compared tasks
    links: to tasks that were fixed or broken
    differences: first, second -> differences between the versions themselves
    texts: names of the controls that hold free texts
    project: of the versions
    basis: what the figures rest on; None without ground truths
    looks: first, second -> which look at the ground truths that judge rewrites the comparison is, if it is one
    """

    versions: tuple[str, ...]
    subset: Subset
    truths: int
    comparison: Comparison
    agreements: Mapping[tuple[str, str], Agreement]
    summaries: Mapping[str, Summary]
    links: Mapping[int, str]
    left_out: LeftOut
    differences: Mapping[tuple[str, str], tuple[Difference, ...]]
    texts: tuple[str, ...] = ()
    project: int = 0
    basis: TruthBasis | None = None
    looks: Mapping[tuple[str, str], CountedLook] = field(default_factory=dict)


def compare_versions(
    bases: TruthBases, stored: StoredOutcomes, resolved_versions: Sequence[ResolvedVersion], subset: Subset
) -> ComparisonResult:
    """resolved_versions: two versions or more
    subset: which ground truths

    Raises PromptError for versions that can't be compared, RunError for one that was not asked about any of the tasks,
    with the command that asks.
    """
    resolved_versions = comparable(resolved_versions, "A comparison")
    first = resolved_versions[0]
    try:
        base = ground_truths(
            bases.drawing.studio, first.project, first.schema, subset, [b.version for b in resolved_versions]
        )
    except NoTruthsError as error:
        if subset.split is not None:
            raise
        return _without_truths(stored, resolved_versions, subset, str(error))
    result = _with_looks(bases.looks, resolved_versions, _with_truths(stored, resolved_versions, subset, base), base)
    changed = {task for pair in result.comparison.pairs for task in (*pair.fixed, *pair.broken)}
    links = {task: bases.drawing.studio.task_url(first.project.id, task) for task in sorted(changed)}
    tasks, versions = [truth.task_id for truth in base.truths], [resolved.version for resolved in resolved_versions]
    basis = bases.of(first.project.id, versions, subset, tasks, base.left_out)
    return replace(result, links=links, project=first.project.id, basis=basis)


def _with_looks(
    looks: LookStore, resolved_versions: Sequence[ResolvedVersion], result: ComparisonResult, base: TaskSelection
) -> ComparisonResult:
    """On the ground truths that judge rewrites, each pair of one prompt's versions is a look, which is counted."""
    if result.subset.split != LEARN.rest:
        return result
    tasks = [truth.task_id for truth in base.truths]
    by_tag = {resolved.version.tag: resolved.version for resolved in resolved_versions}
    counted = {}
    for pair in result.comparison.pairs:
        first, second = by_tag[pair.first], by_tag[pair.second]
        if first.name == second.name:
            counted[pair.first, pair.second] = count_look(looks, first, second, tasks)
    pairs = tuple(_at_look(pair, counted.get((pair.first, pair.second))) for pair in result.comparison.pairs)
    return replace(result, comparison=replace(result.comparison, pairs=pairs), looks=counted)


def _at_look(pair: VersionPair, look: CountedLook | None) -> VersionPair:
    return pair if look is None else judged(pair, look)


def _with_truths(
    stored: StoredOutcomes, resolved_versions: Sequence[ResolvedVersion], subset: Subset, base: TaskSelection
) -> ComparisonResult:
    tasks = {truth.task_id for truth in base.truths}
    by_version = {resolved.version.tag: _answers(stored, resolved, tasks) for resolved in resolved_versions}
    for tag, outcomes in by_version.items():
        if not any(outcome.spoke for outcome in outcomes):
            raise not_asked(tag, len(tasks), subset)
    comparison = compare(by_version, base.truths, resolved_versions[0].schema)
    common = set.intersection(*({o.task_id for o in outcomes if o.spoke} for outcomes in by_version.values()))
    return ComparisonResult(
        versions=tuple(by_version),
        subset=subset,
        truths=len(tasks),
        comparison=comparison,
        agreements={},
        summaries={tag: summarise(o for o in outcomes if o.task_id in common) for tag, outcomes in by_version.items()},
        links={},
        left_out=base.left_out,
        differences=_differences(stored, resolved_versions),
        texts=_texts(resolved_versions[0].schema),
    )


def _without_truths(
    stored: StoredOutcomes, resolved_versions: Sequence[ResolvedVersion], subset: Subset, reason: str
) -> ComparisonResult:
    by_version = {resolved.version.tag: _answers(stored, resolved, None) for resolved in resolved_versions}
    for tag, outcomes in by_version.items():
        if not outcomes:
            raise RunError(f"{reason} {tag} was not asked about any task:", Advice.RUN_ON_SAMPLE, tag=tag)
    comparison = compare(dict.fromkeys(by_version, ()), (), resolved_versions[0].schema)
    return ComparisonResult(
        versions=tuple(by_version),
        subset=subset,
        truths=0,
        comparison=replace(comparison, reason=reason),
        agreements={
            (a, b): agreement(by_version[a], by_version[b], resolved_versions[0].schema)
            for a, b in combinations(by_version, 2)
        },
        summaries={tag: summarise(outcomes) for tag, outcomes in by_version.items()},
        links={},
        left_out=NOTHING,
        differences=_differences(stored, resolved_versions),
        texts=_texts(resolved_versions[0].schema),
    )


def comparable(resolved_versions: Sequence[ResolvedVersion], what: str) -> list[ResolvedVersion]:
    """The same, read with what their labelling configs have in common. `what`: for which they are named.

    Raises PromptError for fewer than two, one that is named twice, and different projects, and what `alike` raises.
    """
    tags = [resolved.version.tag for resolved in resolved_versions]
    if len(set(tags)) < len(tags) or len(tags) < 2:
        raise PromptError(f"{what} takes two different versions or more, like sentiment@1 sentiment@2.")
    if len({resolved.project.id for resolved in resolved_versions}) > 1:
        raise PromptError(f"{' and '.join(tags)} are for different projects: compare versions for the same one.")
    return alike(resolved_versions)


def alike(resolved_versions: Sequence[ResolvedVersion]) -> list[ResolvedVersion]:
    """Versions with different labelling configs, read with what these have in common.

    Only ground truths in labels that all of them have can decide between them. Raises ConfigChangedError if nothing is
    common.
    """
    schema = shared_schema([resolved.schema for resolved in resolved_versions])
    return [
        b if b.schema is schema else replace(b, schema=schema, origin=b.origin or b.schema) for b in resolved_versions
    ]


def _differences(
    stored: StoredOutcomes, resolved_versions: Sequence[ResolvedVersion]
) -> dict[tuple[str, str], tuple[Difference, ...]]:
    setups = [setup_of(stored, resolved.version) for resolved in resolved_versions]
    return {(a.version.tag, b.version.tag): differences(a, b) for a, b in combinations(setups, 2)}


def _texts(schema: LabelSchema) -> tuple[str, ...]:
    return tuple(control.name for control in controls_in(schema.fields) if one_item(control).holds is Texts)


def setup_of(stored: StoredOutcomes, version: PromptVersion) -> Setup:
    return Setup(version, stored.servers(version.tag))


def _answers(stored: StoredOutcomes, resolved: ResolvedVersion, only: set[int] | None) -> list[Outcome]:
    return [outcome for page in stored.of_version(resolved, only) for outcome in page]


def not_asked(tag: str, truths: int, subset: Subset) -> RunError:
    """What to say of a version that was asked about none of the tasks with a truth."""
    return RunError(
        f"{tag} has no answer to any of the {truths} tasks with a ground truth:",
        Advice.RUN_ON_TRUTHS,
        tag=tag,
        subset=subset,
    )
