"""A refusal is one request's, unless nothing was answered before it."""

from typing import Any

import pytest

from backend.core.chat import MODERATED
from backend.core.outcomes import Failure
from backend.errors import ProviderError
from backend.flows.provider import FIRST
from tests.flows.test_outage import Scene
from tests.scripted import GOOD, completion

FORBIDDEN = Failure("refused", "It refused (403): Forbidden.", stops="The key may not use the model.")
BAD = Failure("bad_request", "It refused (400): Set X-Team.")
NO_KEY = Failure("auth", "It refused (400).", stops="It refused the key: check OPENAI_API_KEY.")
UNKNOWN = Failure("bad_request", "It refused (404).", stops="It does not know the model.")


def refusing(reply: Any, *refused: int) -> Scene:
    return Scene(lambda text, _: reply if not refused or int(text) in refused else GOOD, number=30)


@pytest.mark.parametrize("reply", [FORBIDDEN, BAD])
@pytest.mark.parametrize("refused", [(1,), (5,), (30,), (1, 2, 3), tuple(range(10, 31))])
def test_a_refusal_is_of_one_task_while_others_are_answered(reply: Failure, refused: tuple[int, ...]) -> None:
    scene = refusing(reply, *refused).run()
    assert scene.failures == dict.fromkeys(refused, reply.kind)
    assert scene.answered == 30 - len(refused)


@pytest.mark.parametrize("reply", [NO_KEY, UNKNOWN])
def test_what_names_the_key_or_model_is_too_once_there_was_an_answer(reply: Failure) -> None:
    assert refusing(reply, 5).run().failures == {5: reply.kind}


@pytest.mark.parametrize("reply", [NO_KEY, UNKNOWN])
def test_what_names_the_key_or_model_stops_at_the_first_request(reply: Failure) -> None:
    scene = refusing(reply)
    with pytest.raises(ProviderError, match=reply.stops):
        scene.run()
    assert len(scene.model.requests) == 1


@pytest.mark.parametrize(("reply", "words"), [(FORBIDDEN, "may not use"), (BAD, "first 10 requests.*Set X-Team")])
def test_what_each_of_the_first_requests_meets_stops_the_run(reply: Failure, words: str) -> None:
    scene = refusing(reply)
    with pytest.raises(ProviderError, match=words):
        scene.run()
    assert len(scene.model.requests) <= FIRST + 1


def test_moderation_stops_it_too_when_it_refuses_everything() -> None:
    scene = Scene(lambda *_: completion("Account flagged.", finish_reason=MODERATED, refused=True), number=30)
    with pytest.raises(ProviderError, match=r"Account flagged\."):
        scene.run()
    one = Scene(lambda text, _: _moderated(text) if text == "1" else GOOD, number=12).run()
    assert (one.answered, len(one.outcomes), one.failures) == (11, 12, {})


def _moderated(text: str) -> Any:
    return completion(f"flagged {text}", finish_reason=MODERATED, refused=True)
