import pytest

from backend.core.durations import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (5.2, "5 seconds"),
        (60, "60 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (300, "5 minutes"),
        (1500, "25 minutes"),
        (3600, "60 minutes"),
    ],
)
def test_durations_are_said_in_whole_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said
