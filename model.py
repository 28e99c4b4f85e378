"""PromptBackend: the class Label Studio's ML tooling looks for, thin over the same flow as our own server.

Runs under label-studio-ml's servers of both generations. 1.0.9's keeps one model for all projects and changes its
version after every webhook, so give it ours: `label_studio_ml.api._manager = StatelessManager()`.
"""

import inspect
from functools import cache
from typing import Any

from backend.app import App
from backend.errors import PromptsError
from backend.services.live_predictions import LivePredictions

try:
    from label_studio_ml import model as tooling
except ImportError:
    raise SystemExit(
        "label-studio-ml is not installed: run `pip install --no-deps label-studio-ml==1.0.9` after requirements.txt."
    ) from None

SECOND_GENERATION = "project_id" in inspect.signature(tooling.LabelStudioMLBase.__init__).parameters


@cache
def live_predictions() -> LivePredictions:
    """One per process: requests for the same task at the same time meet in it."""
    return App().live_predictions()


class PromptBackend(tooling.LabelStudioMLBase):  # type: ignore[misc]
    """Made anew for every request, with that request's project and labelling config."""

    def __init__(self, project_id: str | None = None, label_config: str | None = None, **kwargs: Any) -> None:
        self._config = label_config or ""  # before super(), where the second generation calls setup()
        self._project = int(str(project_id or "0").partition(".")[0] or 0)
        if SECOND_GENERATION:
            super().__init__(project_id=str(self._project), label_config=label_config)
        else:
            super().__init__(label_config=label_config, **kwargs)

    def version(self) -> str:
        """The tag that Label Studio keys predictions by; "unusable" for a config that prompts can't label."""
        try:
            return live_predictions().tag(self._project, self._config)
        except PromptsError:
            return "unusable"

    def setup(self) -> None:
        """Hook of the second generation."""
        if self.get("model_version") != self.version():
            self.set("model_version", self.version())

    def predict(
        self, tasks: list[dict[str, Any]], context: dict[str, Any] | None = None, **_: Any
    ) -> list[dict[str, Any]]:
        """One prediction per task, `{}` for a task without a usable answer; never raises for one task."""
        return live_predictions().predict(self._project, self._config, tasks, context)

    def fit(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Prompts do not train."""
        return {}


if not SECOND_GENERATION:

    class StatelessManager(tooling.LabelStudioMLManager):  # type: ignore[misc]
        """For 1.0.9: the model comes from each request, webhooks change nothing."""

        @classmethod
        def fetch(cls, project: str | None = None, label_config: str | None = None, *_: Any, **__: Any) -> Any:
            model = cls.model_class(project_id=project, label_config=label_config)
            return tooling.ModelWrapper(model=model, model_version=model.version())

        @classmethod
        def predict(cls, tasks: list[dict[str, Any]], project: str, label_config: str, *_: Any, **params: Any) -> Any:
            wrapper = cls.fetch(project, label_config)
            return wrapper.model.predict(tasks, **params), wrapper

        @classmethod
        def webhook(cls, event: str, data: dict[str, Any]) -> dict[str, str]:
            return {"status": "ignored"}

        @classmethod
        def _get_models_from_workdir(cls, project: str) -> list[str]:
            return []
