"""Which confidences reach a threshold: compared as they are, because models differ in the tenth digit."""

import pytest

from backend.services.auto_accept import _reaches


@pytest.mark.parametrize(
    ("confidence", "reaches"), [(0.9999999, True), (0.99999995, True), (0.9999995, False), (0.5, False), (None, False)]
)
def test_a_threshold_is_not_rounded(confidence: float | None, reaches: bool) -> None:
    assert _reaches(confidence, 0.9999999) is reaches
    assert not _reaches(2e-9, 3e-9)


def test_a_score_that_label_studio_shows_reaches_itself() -> None:
    assert _reaches(0.8765432, 0.876543)
    assert _reaches(0.8765427, 0.876543)
    assert not _reaches(0.8765424, 0.876543)
    assert not _reaches(0.9999999, 1.0)
