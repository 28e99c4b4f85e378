"""What is said when a model gives no log-probabilities, and why samples bring no outcome."""

import pytest

from backend.core.outcomes import Failure, Outcome, Rejection
from backend.flows.recent import Asked
from backend.flows.samples import failure_of, unsure
from tests.scripted import completion, version

GOOD = {"mood": ("Good",)}


def test_silence_about_probabilities_is_told_with_what_to_do():
    said = unsure(version(), [Outcome(1, GOOD), Outcome(2, Rejection("refused", ""))])
    assert said is not None
    assert "some-model gives no log-probabilities" in said
    assert "--confidence samples:5" in said


@pytest.mark.parametrize(
    "outcomes",
    [
        [],
        [Outcome(1, Rejection("refused", "")), Outcome(2, Failure("timeout", ""))],
        [Outcome(1, GOOD), Outcome(2, GOOD, confidence=0.5)],
    ],
)
def test_nothing_is_said_where_nothing_can_be_told(outcomes):
    assert unsure(version(), outcomes) is None


@pytest.mark.parametrize("confidence", ["none", "samples:5"])
def test_nothing_is_said_of_versions_that_ask_for_none(confidence):
    assert unsure(version(confidence=confidence), [Outcome(1, GOOD)]) is None


def test_the_first_trouble_is_why():
    trouble = [Asked((), Failure("timeout", "one")), Asked((), Failure("server", "two"))]
    assert failure_of([Asked((completion(),)), *trouble]).kind == "timeout"
    assert failure_of([Asked(())]).kind == "crashed"
