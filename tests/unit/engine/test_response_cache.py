"""What a request came to, and which of it is remembered for a while."""

from backend.domain.answer import Labels
from backend.domain.chat.judged import judge
from backend.domain.outcome import Rejection
from backend.engine.response_cache import RequestResult
from tests.scripted import GOOD, choices, completion


def test_attempts_are_read_again_only_by_another_spec() -> None:
    """Two projects can send the same request and mean other labels by its answer."""
    ours, theirs = choices("Good", "Bad"), choices("Sunny", "Rainy")
    result = RequestResult((completion(GOOD),), judged=judge([completion(GOOD)], ours))
    assert result.read_by(ours) is result.judged
    assert result.read_by(ours).verdict == {"mood": Labels(("Good",))}
    assert isinstance(result.read_by(theirs).verdict, Rejection)


def test_attempts_that_were_not_read_are_read_when_needed() -> None:
    result = RequestResult((completion(GOOD),))
    assert result.read_by(choices("Good")).verdict == {"mood": Labels(("Good",))}
