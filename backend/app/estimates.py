"""Estimates: what a run would take and change."""

from dataclasses import replace
from functools import partial

from backend.app.projects import ProjectOperations
from backend.domain.dataset.subset import Subset
from backend.domain.project import Project
from backend.domain.runs.cost_estimate import Estimate
from backend.services.analysis.background_reads import MANY
from backend.services.analysis.recent_outlooks import Outlook
from backend.services.runs.cascade_estimation import CascadeEstimator
from backend.services.runs.cost_estimation import CostEstimator, Select


class EstimateOperations(ProjectOperations):
    """See `backend.app.App`."""

    def estimate(self, tag: str, subset: Subset, probe: int = 0) -> Estimate:
        """What a run would take. `probe` requests are sent for it, and their answers stored; without them nothing is
        asked, no embeddings either."""
        parts, resolved = self.container, self.container.resolver.resolved(tag)
        labeler = parts.labeler if probe else parts.planning_labeler

        def make(step: int, select: Select | None) -> CostEstimator:
            version = resolved.version.steps[step]
            return CostEstimator(parts.studio, parts.prompts, labeler, replace(resolved, version=version), select)

        if resolved.version.cascade is None:
            return make(0, None).estimate(subset, probe)
        alone = parts.prompts.same(resolved.version.steps[0])
        versions = [resolved, *([parts.resolver.readable(alone)] if alone else [])]
        past = {
            outcome.task_id: outcome
            for version in versions
            for page in parts.outcomes.of_version(version)
            for outcome in page
        }
        return CascadeEstimator(make, resolved.version.cascade, past.values()).estimate(subset, probe)

    def is_priced(self, model: str, connection: str) -> bool:
        """Whether the price of a connection's model is known, without which no budget can be kept."""
        return self.container.pricing(model, connection)(1, 0, 1) is not None

    def left_this_month(self) -> float | None:
        """USD that the person for whom it acts may still spend this month; None without such a limit."""
        limit = self.container.personal_limit()
        return None if limit is None else limit.left()

    def outlook_soon(self, tag: str, project: Project, subset: Subset, tasks: int) -> Outlook | None:
        """What a run would take and change, if it is ready; None while a thread reads many tasks.

        project: that of the version
        tasks: how many are read for it
        """
        if tasks < MANY:
            return self._outlook(tag, subset)
        parts = self.container
        stamp = (project, parts.run_store.run_tasks.stamp(tag), parts.studio.newest_change(project.id))
        return parts.recent_outlooks.soon((tag, subset), stamp, partial(self._outlook, tag, subset))

    def _outlook(self, tag: str, subset: Subset) -> Outlook:
        forecast = self.push_forecast(tag) if subset.kind == "all" else None
        return Outlook(self.estimate(tag, subset), forecast)
