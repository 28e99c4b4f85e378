"""Samples: how often a task is asked about, what is sent for it, and what the answers say together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answer import Labels
from backend.domain.hashing import numbered, of_samples
from backend.domain.outcome import Rejection
from backend.domain.prompts.confidence_option import MOST, check_confidence, sampled, samples_of, vote
from backend.errors import PromptError
from tests.scripted import builder, request, some, template

GOOD, BAD = {"mood": Labels(("Good",))}, {"mood": Labels(("Bad",))}
REJECTED = Rejection("not_json", "It is no JSON.")


@pytest.mark.parametrize(
    ("text", "samples"), [("auto", 1), ("none ", 1), ("swap", 2), ("samples:2", 2), ("samples:05", 5)]
)
def test_where_confidence_comes_from(text: str, samples: int) -> None:
    assert samples_of(check_confidence(text)) == samples


@pytest.mark.parametrize("text", ["", "samples", "samples:", "samples:1", "samples:21", "samples:x", "5", "Auto"])
def test_what_is_no_source_is_refused(text: str) -> None:
    with pytest.raises(PromptError, match=r"samples:K with K from 2 to 20"):
        check_confidence(text)


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({"temperature": 0}, {"temperature": 1}),
        ({"temperature": 0.0}, {"temperature": 1}),
        ({"temperature": 0.4}, None),
    ],
)
def test_samples_are_asked_at_a_temperature_that_lets_them_differ(parameters: Any, sent: Any) -> None:
    assert sampled(parameters) == (sent or parameters)
    assert sampled({"top_p": 1}) == {"top_p": 1}, "the provider's own temperature is no 0"


def test_the_most_frequent_answer_wins_with_its_share() -> None:
    answer, sure = vote([BAD, GOOD, GOOD, GOOD, BAD])
    assert (answer, some(sure).joint, some(sure).controls) == (GOOD, 0.6, {"mood": 0.6})


def test_a_rejection_counts_against_every_answer() -> None:
    answer, sure = vote([REJECTED, GOOD, REJECTED, GOOD])
    assert (answer, some(sure).joint) == (GOOD, 0.5)
    assert vote([REJECTED, Rejection("refused", "No.")]) == (REJECTED, None)


def test_of_equally_frequent_answers_the_first_one_wins() -> None:
    assert vote([BAD, GOOD, GOOD, BAD])[0] == BAD
    assert vote([REJECTED, GOOD, BAD])[0] == GOOD


def test_a_control_may_be_surer_than_the_whole() -> None:
    first, other = {"mood": Labels(("Good",)), "topics": Labels(("A",))}, {"mood": Labels(("Good",)), "topics": None}
    answer, sure = vote([first, other, first, {"mood": Labels(("Bad",)), "topics": Labels(("A",))}])
    assert (answer, some(sure).joint, some(sure).controls) == (first, 0.5, {"mood": 0.75, "topics": 0.75})


@given(st.lists(st.sampled_from([GOOD, BAD, REJECTED]), min_size=2, max_size=MOST))
def test_shares_are_of_all_samples(verdicts: Any) -> None:
    answer, sure = vote(verdicts)
    if sure is None:
        assert all(verdict == REJECTED for verdict in verdicts)
    else:
        assert some(sure).joint == verdicts.count(answer) / len(verdicts) >= verdicts.count(GOOD) / len(verdicts)


def test_samples_share_a_request_and_have_names_of_their_own() -> None:
    asked = request(confidence="samples:3")
    assert [one.sample for one in asked.samples] == [0, 1, 2]
    assert {one.messages[1]["content"] for one in asked.samples} == {asked.user}
    assert [one.digest for one in asked.samples] == of_samples(asked.digest, 3)
    assert len(set(of_samples(asked.digest, MOST))) == MOST
    assert {len(name) for name in of_samples(asked.digest, MOST)} == {64}
    assert numbered("f" * 64, 7) == "f" * 61 + "-07"


def test_where_nothing_is_sampled_a_request_is_its_own_only_sample() -> None:
    asked = request()
    assert asked.samples == (asked,)
    assert template().samples == 1


def test_more_samples_of_a_version_reuse_those_of_fewer() -> None:
    few, many = request(confidence="samples:2"), request(confidence="samples:5")
    assert [one.digest for one in many.samples][:2] == [one.digest for one in few.samples]
    assert few.digest != request().digest, "another temperature, and no log-probabilities"


def test_only_auto_asks_for_log_probabilities() -> None:
    sources = {source: request(confidence=source).template.logprobs for source in ("auto", "none", "samples:5")}
    assert sources == {"auto": True, "none": False, "samples:5": False}


def test_versions_without_samples_keep_their_digests() -> None:
    assert builder().version.content == builder(confidence="auto").version.content
    assert len({builder(confidence=source).version.content for source in ("auto", "none", "samples:5")}) == 3
    assert request().digest == "6ec9d20100d86ddbc0f9e8a49ceb300605fa6c3de156d97be390ff296935c02f"
