from backend.domain.runs.unanswered import none_answered, some_unanswered
from tests.scripted import some


def test_a_run_that_came_to_nothing_says_why_and_what_to_set() -> None:
    said = none_answered({"timeout": 28, "server": 2}, 30)
    assert said == (
        "None of the 30 tasks got an answer (timeout 28, server 2): set CONCURRENCY lower or REQUEST_TIMEOUT_S higher; "
        "`ls-prompts doctor` says which fit this server."
    )


def test_a_run_with_an_answer_or_without_tasks_did_not() -> None:
    assert none_answered({"timeout": 29}, 30) is None
    assert none_answered({}, 0) is None


def test_what_is_left_names_the_command_that_asks_again() -> None:
    said = some_unanswered({"server": 3, "unheard_of": 17}, 30, "1f3a9c04")
    assert said is not None
    assert said.startswith("20 of 30 tasks got no answer (unheard_of 17, server 3): see `ls-prompts results --failed`")
    assert said.endswith("`ls-prompts retry 1f3a9c04` asks them again.")
    assert some_unanswered({}, 30, "1f3a9c04") is None


def test_what_the_provider_says_most_often_is_quoted() -> None:
    refusal = 'The model\'s server refused the request (400): "Model needs the header X-Team to be set".'
    for said in (
        none_answered({"bad_request": 3}, 3, refusal),
        some_unanswered({"bad_request": 3}, 4, "1f3a", refusal),
    ):
        assert "(bad_request 3). Most often: The model's server refused the request (400): \"Model needs" in some(said)
        assert "see what the server does not take" in some(said)
