import pytest

from backend.advice import Advice, Notice
from backend.domain.runs.unanswered import none_answered, some_unanswered
from tests.scripted import some


def test_a_run_that_came_to_nothing_says_why_and_what_to_set() -> None:
    notice = some(none_answered({"timeout": 28, "server": 2}, 30))
    assert notice == Notice(
        "None of the 30 tasks got an answer (timeout 28, server 2): set CONCURRENCY lower or REQUEST_TIMEOUT_S higher.",
        Advice.CHECK_SERVER,
    )


def test_a_run_with_an_answer_or_without_tasks_did_not() -> None:
    assert none_answered({"timeout": 29}, 30) is None
    assert none_answered({}, 0) is None


def test_a_run_that_lacks_some_answers_says_how_many() -> None:
    notice = some(some_unanswered({"server": 3, "unheard_of": 17}, 30))
    assert notice == Notice("20 of 30 tasks got no answer (unheard_of 17, server 3): see why.", Advice.LIST_FAILED)
    assert some_unanswered({}, 30) is None


@pytest.mark.parametrize("said", [none_answered, some_unanswered])
def test_what_the_provider_says_most_often_is_quoted(said: object) -> None:
    refusal = 'The model\'s server refused the request (400): "Model needs the header X-Team to be set".'
    assert callable(said)
    assert str(said({"bad_request": 3}, 3, refusal)).endswith(
        "(bad_request 3). Most often: The model's server refused the request (400): \"Model needs the header X-Team to "
        'be set": see what the server does not take. Its results list these tasks.'
    )
