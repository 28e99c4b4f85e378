"""Whether the ground truths look like the other tasks that a version answered, from stored answers alone."""

from backend.domain.dataset.draw import TruthBasis, in_order
from backend.domain.metrics.representativeness import Representativeness, TaskTraits, representativeness
from backend.domain.outcome import Outcome
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.stored_outcomes import StoredOutcomes

MOST = 1000
"""So many tasks of each are compared, drawn at random."""


def representativeness_of(stored: StoredOutcomes, resolved: ResolvedVersion, basis: TruthBasis) -> Representativeness:
    """`basis`: of the ground truths that count. Those of an active draw differ by design, and are left out."""
    pages = stored.run_store.run_tasks.of_version(resolved.version.tag)
    task_ids = {ask.task_id for page in pages for ask in page}
    own, rest = (
        set(in_order(resolved.project.id, tasks)[:MOST])
        for tasks in (task_ids & set(basis.unbiased), task_ids - set(basis.truths))
    )
    traits = {
        outcome.task_id: _traits(outcome, resolved)
        for page in stored.of_version(resolved, own | rest)
        for outcome in page
        if outcome.spoke
    }
    return representativeness(*([traits[task] for task in sorted(tasks) if task in traits] for tasks in (own, rest)))


def _traits(outcome: Outcome, resolved: ResolvedVersion) -> TaskTraits:
    labels = None if outcome.answer is None else ", ".join(sorted(resolved.schema.labels(outcome.answer)))
    return TaskTraits(labels or None, outcome.confidence, outcome.usage.prompt_tokens or None, outcome.task_id)
