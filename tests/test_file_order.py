"""The long test files come first."""

from pathlib import Path

import pytest

from tests.file_order import LONGEST, rank

TESTS = Path(__file__).parent


@pytest.mark.parametrize("name", LONGEST)
def test_each_long_file_exists(name: str) -> None:
    assert [*TESTS.rglob(name)]


def test_the_longest_is_first_and_short_ones_are_last() -> None:
    files = [Path("test_words.py"), Path("journeys/test_wheel.py"), Path("journeys/test_real_model.py")]
    assert sorted(files, key=rank) == files[::-1]


def test_this_session_runs_in_that_order(request: pytest.FixtureRequest) -> None:
    ranks = [rank(item.path) for item in request.session.items]
    assert ranks == sorted(ranks)
