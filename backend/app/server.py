"""What the server gives to the labelling screen."""

from backend.app.runs import RunOperations
from backend.domain.chat.request_resources import RequestResources
from backend.domain.dataset.subset import Subset
from backend.domain.runs.run import Run
from backend.domain.runs.stop_reason import INTERRUPTED
from backend.services.live_predictions import LivePredictions, ServingOptions
from backend.services.live_requests import Live
from backend.services.overflow_runs import OverflowRuns
from backend.services.runs.options import RunOptions


class ServerOperations(RunOperations):
    """See `backend.app.App`."""

    def live_predictions(self) -> LivePredictions:
        """For the server."""
        import backend.adapters.providers.chat_completions  # noqa: F401  (now, rather than while the first annotator waits)

        settings, parts = self.container.settings, self.container
        budgets = parts.model_connections.monthly_budgets
        live = Live(parts.live_executor, parts.store, parts.pricing, parts.daily_limit, budgets)
        resources = RequestResources(lambda name: parts.connections[name].base_url, parts.embedder, parts.pictures)
        serving = ServingOptions(settings.openai_model, resources, settings.predict_deadline_s)
        return LivePredictions(self.container.store, live, serving, self._overflow_runs())

    def _overflow_runs(self) -> OverflowRuns | None:
        if self.container.settings.label_studio_api_key is None:
            return None

        def end(run_id: str) -> None:
            self.container.run_store.finish(run_id, "canceled", *INTERRUPTED)

        return OverflowRuns(self._finish, lambda run_id: self.watch(run_id).run, end)

    def _finish(self, tag: str, ids: tuple[int, ...]) -> Run:
        """Has a run do what a live request had no time for."""
        return self.run_within_day(tag, Subset("rest", ids=ids), RunOptions(keep=True))
