"""What an annotator who typed a prompt is shown: the answer without an old remark, or a remark that is not saved."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.errors import PromptError, ProviderError
from backend.services.labeling_screen import LabelingScreen
from backend.services.live_requests import Labelled
from tests.unit.domain.labels.test_remark_box import BOX, CONFIG

TYPED = {"from_name": "prompt", "to_name": "text", "type": "textarea", "value": {"text": ["old", "Is {txet} late?"]}}
CHOSEN = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Refund"]}}
ERROR = PromptError("There is no {txet}: did you mean {text}?")


def screen(*regions: dict[str, Any], config: str = CONFIG) -> LabelingScreen:
    return LabelingScreen.of(config, {"result": list(regions)}, read_config(config))


def said(shown: dict[str, Any]) -> dict[str, list[str]]:
    return {result["from_name"]: result["value"]["text"] for result in shown["result"]}


def test_a_prompt_that_cant_be_used_is_taken_back_and_named_in_the_box() -> None:
    shown = screen(CHOSEN, TYPED).refusal(ERROR, "topic@1")
    assert said(shown) == {"prompt": ["old"], "remark": [f"Not used: “Is {{txet}} late?”. {ERROR}"]}
    assert (shown["score"], shown["model_version"]) == (None, "topic@1")


@pytest.mark.parametrize(
    "cramped", [screen(CHOSEN, TYPED, config=CONFIG.replace(BOX, "")), screen(TYPED)], ids=["no box", "nothing chosen"]
)
def test_without_a_box_on_the_screen_no_remark_is_shown_as_it_would_be_saved(cramped: LabelingScreen) -> None:
    assert said(cramped.refusal(ERROR, "topic@1")) == {"prompt": ["old"]}
    assert cramped.unanswered(Labelled({}), None, "topic@1") == {}


def test_an_answer_takes_the_remark_away() -> None:
    assert said({"result": screen(CHOSEN, TYPED).kept()}) == {"prompt": ["old", "Is {txet} late?"], "remark": []}
    assert screen(CHOSEN).kept() == []


@pytest.mark.parametrize(
    ("labelled", "verdict", "words"),
    [
        (Labelled({}, trouble=ProviderError("The key was refused.")), None, "The key was refused."),
        (Labelled({}, late=True), None, "takes too long"),
        (Labelled({}), Rejection("not_json", "No JSON."), "not_json"),
        (Labelled({}), Failure("timeout", "Late."), "timeout"),
    ],
)
def test_why_no_answer_came_is_said_and_the_prompt_is_kept(
    labelled: Labelled, verdict: Rejection | Failure | None, words: str
) -> None:
    outcome = Outcome(1, verdict) if verdict else None
    shown = said(screen(CHOSEN, TYPED).unanswered(labelled, outcome, "topic@1"))
    assert shown["prompt"] == ["old", "Is {txet} late?"]
    (remark,) = shown["remark"]
    assert remark.startswith("No answer: ")
    assert words in remark
