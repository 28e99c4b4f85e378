"""Limits of size: small files of short functions."""

from statistics import median

import pytest

from tests.sizes import (
    LISTS,
    ROOT,
    kinds_of_single_importers,
    lines_of_files,
    lines_of_functions,
    longest_functions,
    single_importers,
)

MOST = 250
MOST_OF_FUNCTION = 34
MOST_BESIDE = 50
"""Modules whose only importer lies beside them and is not a list: they could be a part of it."""


def test_no_file_is_longer_than_it_may_be() -> None:
    assert [name for name, lines in lines_of_files().items() if lines > MOST] == []


@pytest.mark.parametrize(("share", "most"), [(0.5, 6), (0.95, 18)])
def test_functions_are_short(share: float, most: int) -> None:
    lines = lines_of_functions()
    assert len(lines) > 1000
    assert lines[int(share * len(lines))] <= most
    assert median(lines) <= 6


def test_no_function_is_longer_than_it_may_be() -> None:
    assert longest_functions(MOST_OF_FUNCTION) == []


def test_modules_with_a_single_importer_are_counted() -> None:
    single = single_importers()
    assert single["backend/domain/chat/thoughts.py"] == "backend/domain/chat/response_parser.py"
    assert "backend/errors.py" not in single


def test_few_modules_could_be_a_part_of_their_only_importer() -> None:
    kinds = kinds_of_single_importers()
    assert kinds["beside"] <= MOST_BESIDE, kinds


def test_each_list_has_several_modules_of_its_own() -> None:
    importers = list(single_importers().values())
    assert {name: importers.count(name) for name in LISTS if importers.count(name) < 2} == {}


def test_the_architecture_says_how_many_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"at most {MOST_BESIDE} modules" in " ".join(text.split())
