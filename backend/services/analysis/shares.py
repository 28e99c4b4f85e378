"""How often each label occurs in a project: from the stored answers to all tasks, corrected by the ground truths."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.label_shares import LabelShare, label_shares
from backend.errors import RunError
from backend.services.analysis.compare import not_asked
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """tasks: number of tasks in the project
    answered: number of them to which the version has an answer, usable or not; the shares are of these
    truths: number of ground truths that count, all of them drawn, with known chances, if anything was drawn
    """

    version: str
    project: int
    tasks: int
    answered: int
    truths: int
    shares: Sequence[LabelShare]
    basis: TruthBasis
    left_out: LeftOut


def estimate_shares(bases: TruthBases, stored: StoredOutcomes, resolved: ResolvedVersion) -> ShareEstimate:
    """Raises NoTruthsError without ground truths, RunError for a version that was asked about none of them, and for a
    labelling config without labels."""
    project, schema, subset = resolved.project, resolved.schema, Subset("ground-truth")
    base = ground_truths(bases.drawing.studio, project, schema, subset, [resolved.version])
    tasks = {truth.task_id for truth in base.truths}
    basis = bases.of(project.id, [resolved.version], subset, tasks, base.left_out)
    random = set(basis.truths if basis.drawn is None else (*basis.drawn, *basis.active))
    truths = {truth.task_id: schema.labels(truth.answer) for truth in base.truths if truth.task_id in random}
    answers = {
        outcome.task_id: [] if outcome.answer is None else schema.labels(outcome.answer)
        for page in stored.of_version(resolved)
        for outcome in page
        if outcome.spoke
    }
    answered = [task for task in truths if task in answers]
    if not answered:
        raise not_asked(resolved.version.tag, len(truths), subset)
    used = sorted({label for task_labels in (*answers.values(), *truths.values()) for label in task_labels})
    labels = list(dict.fromkeys([*schema.classes, *used]))
    if not labels:
        raise RunError(f"Nothing that {resolved.version.tag} answers falls into labels: there are no shares.")
    return ShareEstimate(
        version=resolved.version.tag,
        project=project.id,
        tasks=project.tasks,
        answered=len(answers),
        truths=len(answered),
        shares=label_shares(answers, truths, labels, basis.chances or None),
        basis=basis,
        left_out=base.left_out,
    )
