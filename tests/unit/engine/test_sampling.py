"""What is said when a model gives no log-probabilities, and why samples bring no outcome."""

import asyncio
from collections.abc import Sequence

import pytest

from backend.domain.answer import Answer, Labels
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.engine.request_executor import RequestExecutor
from backend.engine.response_cache import RequestResult
from backend.engine.sampling import ask_all, failure_of, no_confidence_sentence
from backend.engine.shutdown import Stopped
from backend.engine.stored_model import StoredModel
from tests.scripted import CONFIG, ScriptedModel, completion, sure_of, template, version

MOOD = read_config(CONFIG)
GOOD: Answer = {"mood": Labels(("Good",))}


def test_silence_about_probabilities_is_told_with_what_to_do() -> None:
    said = no_confidence_sentence(version(), [Outcome(1, GOOD), Outcome(2, Rejection("refused", ""))], MOOD)
    assert said is not None
    assert "some-model gives no log-probabilities" in said
    assert "--confidence samples:5" in said


def test_both_orders_are_asked_with_log_probabilities_or_without_scores() -> None:
    said = no_confidence_sentence(version(confidence="swap"), [Outcome(1, GOOD)], MOOD)
    assert said == "some-model gives no log-probabilities, so mood@1 has no scores."


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [Outcome(1, Rejection("refused", "")), Outcome(2, Failure("timeout", ""))],
        [Outcome(1, GOOD), Outcome(2, GOOD, confidences=sure_of(0.5))],
    ],
)
def test_nothing_is_said_where_nothing_can_be_told(outcomes: Sequence[Outcome]) -> None:
    assert no_confidence_sentence(version(), outcomes, MOOD) is None


TEXTS = """<View><Text name="t" value="$text"/><TextArea name="why" toName="t"/>
<Labels name="ner" toName="t"><Label value="PER"/></Labels><Rating name="stars" toName="t"/></View>"""


@pytest.mark.parametrize("logprobs", [True, False])
@pytest.mark.parametrize("kinds", [("why",), ("why", "ner")])
def test_texts_have_no_confidence_whether_log_probabilities_come_or_not(kinds: tuple[str], logprobs: bool) -> None:
    answer: Answer = dict.fromkeys(kinds)
    said = no_confidence_sentence(version(), [Outcome(1, answer, logprobs=logprobs)], read_config(TEXTS).only(kinds))
    assert said is not None
    assert said.startswith("Texts and relations have no confidence from log-probabilities, so mood@1 has no scores")
    assert "--confidence samples:5" in said


@pytest.mark.parametrize("kinds", [("ner",), ("stars",), ("why", "stars")])
def test_other_answers_should_have_had_one(kinds: tuple[str]) -> None:
    answer: Answer = dict.fromkeys(kinds)
    said = no_confidence_sentence(version(), [Outcome(1, answer, logprobs=True)], read_config(TEXTS).only(kinds))
    assert said is not None
    assert "do not fit the texts" in said


@pytest.mark.parametrize("confidence", ["none", "samples:5"])
def test_nothing_is_said_of_versions_that_ask_for_none(confidence: str) -> None:
    assert no_confidence_sentence(version(confidence=confidence), [Outcome(1, GOOD)], MOOD) is None


def test_the_first_trouble_is_why() -> None:
    trouble = [RequestResult((), Failure("timeout", "one")), RequestResult((), Failure("server", "two"))]
    assert failure_of([RequestResult((completion(),)), *trouble]).kind == "timeout"
    assert failure_of([RequestResult(())]).kind == "crashed"


def test_a_process_that_is_to_end_waits_for_the_samples_under_way() -> None:
    came: list[int] = []

    class Stopping(RequestExecutor):
        async def ask(self, request: ChatRequest, stored: Sequence[Completion] = ()) -> RequestResult:
            if request.sample == 1:
                raise Stopped
            await asyncio.sleep(0.01)
            came.append(request.sample)
            return RequestResult((completion(),))

    async def scene() -> None:
        executor = Stopping(StoredModel(ScriptedModel(), lambda _: None), 3)
        await ask_all(executor, ChatRequest(template(samples=3), "I love it"), {})

    with pytest.raises(Stopped):
        asyncio.run(scene())
    assert came == [0, 2]
