"""Active drawing: asks people for ground truths where a version is unsure, if its confidence is worth that."""

from backend.advice import Advice
from backend.domain.calibration.auroc import Auroc, auroc
from backend.domain.dataset.active_draw import belief
from backend.domain.dataset.draw import Draw
from backend.domain.dataset.subset import Subset
from backend.errors import NoTruthsError, SubsetError
from backend.services.analysis.calibrate import judged
from backend.services.dataset.drawing import DrawnTasks
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes

LEAST_AUROC = 0.7
"""Of a version whose confidence says less about what is right, such tasks are worth no more than others."""


def draw_active(bases: TruthBases, stored: StoredOutcomes, resolved: ResolvedVersion, size: int) -> DrawnTasks:
    """Draws tasks of a version's project until about `size` are left to label.

    Raises SubsetError, with the figure, where nothing was drawn at random, where the version was not asked about all
    tasks, and where its confidence on the drawn ground truths does not tell right answers from wrong ones.
    """
    project, tag = resolved.project.id, resolved.version.tag
    draw = bases.drawing.store.of(project)
    if draw is None:
        raise SubsetError(
            f"Nothing is drawn at random in project {project}, so nobody knows what the confidence of {tag} is worth:",
            Advice.DRAW_FIRST,
            project=project,
        )
    beliefs = _beliefs(bases, stored, resolved)
    _check_confidence(resolved, _on_drawn(bases, stored, resolved, draw))
    return bases.drawing.draw_active(draw, beliefs, size)


def _beliefs(bases: TruthBases, stored: StoredOutcomes, resolved: ResolvedVersion) -> dict[int, float]:
    """Task -> how sure the version is, of all tasks of the project."""
    beliefs = {outcome.task_id: belief(outcome) for page in stored.of_version(resolved) for outcome in page}
    tasks, tag = bases.drawing.studio.task_ids(resolved.project.id), resolved.version.tag
    missing = sum(task not in beliefs for task in tasks)
    if missing:
        raise SubsetError(
            f"{tag} was not asked about {missing} of {len(tasks)} tasks, so nobody knows of which it is unsure:",
            Advice.RUN_ON_ALL,
            tag=tag,
        )
    return {task: beliefs[task] for task in tasks}


def _on_drawn(bases: TruthBases, stored: StoredOutcomes, resolved: ResolvedVersion, draw: Draw) -> Auroc | None:
    """Of the answers to tasks that were drawn at random."""
    try:
        scored = judged(bases, stored, resolved, Subset("ground-truth")).scored_answers()
    except NoTruthsError:
        return None
    return auroc([answer for answer in scored if draw.has(answer.task_id)])


def _check_confidence(resolved: ResolvedVersion, ranking: Auroc | None) -> None:
    tag, project = resolved.version.tag, resolved.project.id
    if ranking is None:
        raise SubsetError(
            f"Whether the confidence of {tag} separates right answers from wrong ones is not known (AUROC n/a): among "
            "the ground truths that were drawn at random it needs right and wrong answers with a confidence;",
            Advice.DRAW_INSTEAD,
            project=project,
        )
    low, high = ranking.interval
    answers = f"{ranking.right} right and {ranking.wrong} wrong answers"
    figure = f"AUROC {ranking.value:.2f}, {low:.2f} to {high:.2f}, of {answers}"
    if ranking.value < LEAST_AUROC:
        raise SubsetError(
            f"The confidence of {tag} does not separate right answers from wrong ones well enough ({figure}; it takes "
            f"{LEAST_AUROC:g}), so tasks of which it is unsure are worth no more than others:",
            Advice.DRAW_INSTEAD,
            project=project,
        )
    if not ranking.decided:
        raise SubsetError(
            f"Whether the confidence of {tag} separates right from wrong answers is not decided ({figure}):",
            Advice.DRAW_INSTEAD,
            project=project,
        )
