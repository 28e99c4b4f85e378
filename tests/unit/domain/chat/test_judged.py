"""All attempts at one request: which one counts, and when to stop asking."""

import pytest

from backend.domain.answer import Answer, Labels
from backend.domain.chat import judged as module
from backend.domain.chat.judged import Judged, is_done, judge
from backend.domain.chat.request import MAX_ATTEMPTS, Completion
from backend.domain.chat.response_parser import read
from backend.domain.outcome import Rejection
from tests.scripted import BROKEN, GOOD, choices, completion, request

SCHEMA = choices("Good", "Bad")
BAD = '{"mood": "Bad"}'


def test_the_first_usable_attempt_counts() -> None:
    broken, good, late = completion(BROKEN), completion(GOOD, attempt=1), completion(BAD, attempt=2)
    expected = Judged(SCHEMA, (broken, good, late), {"mood": Labels(("Good",))}, good)
    assert judge([broken, good, late], SCHEMA) == expected


def test_without_a_usable_attempt_the_last_one_counts() -> None:
    judged = judge([completion(BROKEN), completion('{"mood": "Gut"}', attempt=1)], SCHEMA)
    assert isinstance(judged.verdict, Rejection)
    assert judged.completion is not None
    assert (judged.verdict.reason, judged.completion.attempt) == ("unknown_choice", 1)


def test_without_attempts_there_is_no_verdict() -> None:
    assert judge([], SCHEMA) == Judged(SCHEMA)
    assert not Judged(SCHEMA).is_settled()


def test_each_attempt_is_read_once_and_none_after_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def counted(one: Completion, spec: object) -> Answer | Rejection:
        texts.append(one.text)
        return read(one, SCHEMA)

    monkeypatch.setattr(module, "read", counted)
    judged = judge([completion(BROKEN)], SCHEMA).plus(completion(GOOD)).plus(completion(BAD))
    assert judged.is_settled()
    assert judged.settles(request())
    assert texts == [BROKEN, GOOD]


def test_asking_again_ends_with_an_answer_a_refusal_or_all_attempts() -> None:
    def is_settled(*attempts: Completion, most: int = MAX_ATTEMPTS) -> bool:
        return judge(attempts, SCHEMA).is_settled(most)

    broken, refused = completion(BROKEN), completion("", refused=True)
    assert is_settled(completion(GOOD))
    assert is_settled(broken, completion(GOOD))
    assert is_settled(refused)
    assert not is_settled(broken)
    assert not is_settled(completion('{"mood": "Gut"}'))
    assert is_settled(*[broken] * MAX_ATTEMPTS)
    for attempts, most in (([broken] * 2, 4), ([refused], 3)):
        assert not is_settled(*attempts, most=most), "somebody wants to ask again"
        assert is_settled(*attempts, broken, broken, most=most)
    assert is_settled(completion(GOOD), most=9)


def test_a_request_is_done_when_its_attempts_settle_it() -> None:
    assert is_done(request(), [completion(GOOD)])
    assert not is_done(request(), [completion(BROKEN)])
    assert not is_done(request(), [])
