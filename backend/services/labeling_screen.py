"""Labelling screen: what an annotator who typed a prompt finds on the screen beside the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.labels.remark_box import RemarkBox, is_shown, remark_box
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.prompts.interactive import typed_region, withdrawn
from backend.errors import PromptError
from backend.services.live_requests import Labelled


@dataclass(frozen=True, slots=True)
class LabelingScreen:
    """region: that of the prompt, {} when none was typed
    box: where remarks are shown, None when they can't be
    """

    region: dict[str, Any]
    box: RemarkBox | None

    @classmethod
    def of(cls, label_config: str, context: Mapping[str, Any] | None, schema: LabelSchema) -> "LabelingScreen":
        region = typed_region(context, schema)
        return cls(region, remark_box(label_config) if region and is_shown(context) else None)

    def kept(self) -> list[dict[str, Any]]:
        """What stands beside an answer: the prompt, and no remark any more."""
        return [*([self.region] if self.region else []), *([self.box.saying()] if self.box else [])]

    def refusal(self, error: PromptError, tag: str) -> dict[str, Any]:
        """Of a prompt that can't be used: nothing of it is saved, and there is room for the next one. Without a box it
        can't be said why, because Label Studio saves all that it shows elsewhere."""
        if self.box is None:
            return _prediction([withdrawn(self.region)], tag)
        text = self.region["value"]["text"][-1].strip()
        return _prediction([withdrawn(self.region), self.box.saying(f"Not used: “{text}”. {error}")], tag)

    def unanswered(self, labelled: Labelled, outcome: Outcome | None, tag: str) -> dict[str, Any]:
        """Why a prompt that was typed brought nothing; `{}` where that can't be shown."""
        if self.box is None:
            return {}
        return _prediction([self.region, self.box.saying(f"No answer: {_why(labelled, outcome)}")], tag)


def _why(labelled: Labelled, outcome: Outcome | None) -> str:
    if labelled.trouble is not None:
        return str(labelled.trouble)
    if outcome is None:
        return "the model takes too long; add the prompt again in a while."
    verdict = outcome.verdict
    kind = verdict.reason if isinstance(verdict, Rejection) else verdict.kind if isinstance(verdict, Failure) else ""
    return f"the model gave none that can be used ({kind})."


def _prediction(results: list[dict[str, Any]], tag: str) -> dict[str, Any]:
    return {"result": results, "score": None, "model_version": tag}
