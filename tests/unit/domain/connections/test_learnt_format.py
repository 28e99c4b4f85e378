"""A learnt format says for people what is asked otherwise."""

from backend.domain.connections.learnt_format import LearntFormat


def test_what_is_asked_otherwise_is_said_and_nothing_else() -> None:
    assert LearntFormat("m").parts == []
    assert LearntFormat("m", "json_object", ("logprobs", "seed"), 5, True, False, True).parts == [
        "answers in json_object",
        "without logprobs, seed",
        "5 alternatives",
        "max_completion_tokens in place of max_tokens",
        "no bound on the length of answers",
        "documents as text",
    ]
