"""Limits of size: small files of short functions."""

from statistics import median

import pytest

from tests.sizes import lines_of_files, lines_of_functions, single_importers

MOST = 250


def test_no_file_is_longer_than_it_may_be() -> None:
    assert [name for name, lines in lines_of_files().items() if lines > MOST] == []


@pytest.mark.parametrize(("share", "most"), [(0.5, 6), (0.95, 22)])
def test_functions_are_short(share: float, most: int) -> None:
    lines = lines_of_functions()
    assert len(lines) > 1000
    assert lines[int(share * len(lines))] <= most
    assert median(lines) <= 6


def test_modules_with_a_single_importer_are_counted() -> None:
    single = single_importers()
    assert single["backend/domain/chat/thoughts.py"] == "backend/domain/chat/response_parser.py"
    assert "backend/errors.py" not in single
