"""Votes of versions, from their stored answers: no model is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.advice import Advice
from backend.domain.audit.votes import Votes, votes
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING, LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth
from backend.errors import NoTruthsError, RunError
from backend.services.analysis.compare import comparable
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class VoteResult:
    """The result of a vote.

    missing: tag -> how many tasks that other versions answered have no usable answer of this version
    links: to the tasks on which the versions disagree
    reason: why there are no ground truths; "" where there are some
    project: the project of the versions
    basis: what the figures rest on; None without ground truths
    """

    schema: LabelSchema
    votes: Votes
    missing: Mapping[str, int]
    links: Mapping[int, str]
    left_out: LeftOut
    reason: str = ""
    project: int = 0
    basis: TruthBasis | None = None


def vote(
    bases: TruthBases, stored: StoredOutcomes, resolved_versions: Sequence[ResolvedVersion], subset: Subset
) -> VoteResult:
    """`subset`: the ground truths that judge.

    Raises PromptError for versions that can't be compared, RunError for one that was not asked about any task.
    """
    resolved_versions = comparable(resolved_versions, "A vote")
    project, schema = resolved_versions[0].project, resolved_versions[0].schema
    by_version = {resolved.version.tag: _answers(stored, resolved) for resolved in resolved_versions}
    for tag, outcomes in by_version.items():
        if not outcomes:
            raise RunError(f"{tag} was not asked about any task:", Advice.RUN_ON_ALL, tag=tag)
    truths, left_out, reason, basis = list[Truth](), NOTHING, "", None
    studio, versions = bases.drawing.studio, [resolved.version for resolved in resolved_versions]
    try:
        selection = ground_truths(studio, project, schema, subset, versions)
        truths, left_out = selection.truths, selection.left_out
        basis = bases.of(project.id, versions, subset, [truth.task_id for truth in truths], left_out)
    except NoTruthsError as error:
        reason = str(error)
    counted = votes(by_version, truths, schema)
    links = {vote.task_id: studio.task_url(project.id, vote.task_id) for vote in counted.disagreements}
    return VoteResult(schema, counted, _missing(by_version), links, left_out, reason, project.id, basis)


def _answers(stored: StoredOutcomes, resolved: ResolvedVersion) -> list[Outcome]:
    return [outcome for page in stored.of_version(resolved) for outcome in page if outcome.answer is not None]


def _missing(by_version: Mapping[str, Sequence[Outcome]]) -> dict[str, int]:
    answered = {tag: {outcome.task_id for outcome in outcomes} for tag, outcomes in by_version.items()}
    every = set[int]().union(*answered.values())
    return {tag: len(every - tasks) for tag, tasks in answered.items()}
