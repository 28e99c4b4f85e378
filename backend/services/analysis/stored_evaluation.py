"""Evaluation of what is stored about a version or a run: nothing is asked."""

from collections.abc import Iterable

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.evaluation import Evaluation, evaluation
from backend.domain.outcome import Outcome
from backend.domain.runs.run import Run
from backend.errors import NoTruthsError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection, ground_truths
from backend.services.runs.stored_outcomes import StoredOutcomes


def evaluation_of_version(
    studio: LabelStudioClient, stored: StoredOutcomes, resolved: ResolvedVersion
) -> Evaluation | None:
    """On all ground truths; None when there are none, or no answer to any of their tasks."""
    base = _truths(studio, resolved)
    if base is None:
        return None
    known = {truth.task_id for truth in base.truths}
    return _judged(resolved, base, stored.of_version(resolved, known))


def evaluation_of_run(
    studio: LabelStudioClient, stored: StoredOutcomes, run: Run, resolved: ResolvedVersion
) -> Evaluation | None:
    """On the ground truths among the tasks of a run; None when there are none."""
    base = _truths(studio, resolved)
    return None if base is None else _judged(resolved, base, stored.of_run(run, resolved))


def _truths(studio: LabelStudioClient, resolved: ResolvedVersion) -> TaskSelection | None:
    try:
        return ground_truths(studio, resolved.project, resolved.schema, Subset("ground-truth"), [resolved.version])
    except NoTruthsError:
        return None


def _judged(resolved: ResolvedVersion, base: TaskSelection, pages: Iterable[list[Outcome]]) -> Evaluation | None:
    known = {truth.task_id for truth in base.truths}
    outcomes = [outcome for page in pages for outcome in page if outcome.task_id in known]
    if not outcomes:
        return None
    return evaluation(outcomes, base.truths, resolved.schema, base.left_out)
