"""Right answers: a share and its interval, and none of nothing."""

from backend.domain.statistics.right_answers import RightAnswers


def test_what_there_is_not_is_not_a_number() -> None:
    nothing = RightAnswers(0, 0)
    assert (nothing.accuracy, nothing.interval) == (None, None)
    low, high = RightAnswers(18, 20).interval or (0, 0)
    assert low < 0.9 < high
