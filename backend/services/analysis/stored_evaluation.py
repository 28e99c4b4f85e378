"""Evaluation of what is stored about a version or a run: nothing is asked."""

from collections.abc import Iterable

from backend.domain.annotated_task import AnnotatedTask
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.evaluation import Evaluation, evaluation
from backend.domain.runs.run import Run
from backend.errors import NoTruthsError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import truths_among
from backend.services.dataset.task_texts import annotated_with_texts
from backend.services.runs.stored_outcomes import StoredOutcomes


def stored_evaluation(
    stored: StoredOutcomes, resolved: ResolvedVersion, annotated: Iterable[AnnotatedTask], run: Run | None
) -> Evaluation | None:
    """Of a version's answers, or of those of one `run`; None without ground truths or answers to their tasks.

    annotated: the tasks of its project with their annotations
    """
    try:
        read = annotated_with_texts(stored.studio, resolved.project.id, resolved.schema, annotated)
        base = truths_among(read, resolved.project, resolved.schema, Subset("ground-truth"), [resolved.version])
    except NoTruthsError:
        return None
    tasks = {truth.task_id for truth in base.truths}
    pages = stored.of_version(resolved, tasks) if run is None else stored.of_run(run, resolved)
    outcomes = [outcome for page in pages for outcome in page if outcome.task_id in tasks]
    return evaluation(outcomes, base.truths, resolved.schema, base.left_out) if outcomes else None
