"""Marks: only the database that holds the secret recognises its predictions, and nobody can imitate them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.predictions.marks import PREFIX, Marker, is_marked

OURS, THEIRS = Marker("ab" * 32), Marker("cd" * 32)
REGION = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Praise"]}}


@given(st.integers(1, 10**12), st.text(max_size=20), st.integers(1, 4))
def test_a_mark_is_known_by_its_own_record_alone(task: int, version: str, regions: int) -> None:
    result = OURS.marked(task, version, [REGION] * regions)
    assert OURS.is_on(task, version, result)
    assert not THEIRS.is_on(task, version, result)
    assert not OURS.is_on(task + 1, version, result)
    assert not OURS.is_on(task, version + "0", result)
    assert is_marked(result)
    assert len({region["id"] for region in result}) == regions


def test_what_is_marked_again_is_the_same() -> None:
    once = OURS.marked(3, "x@1", [REGION, REGION])
    assert OURS.marked(3, "x@1", once) == once
    assert THEIRS.marked(3, "x@1", once) != once


def test_regions_that_share_an_id_still_do() -> None:
    span, about, other = ({**REGION, "id": name} for name in ("a", "a", "b"))
    ids = [region["id"] for region in OURS.marked(3, "x@1", [span, other, about])]
    assert ids[0] == ids[2] != ids[1]


def test_relations_relate_the_marked_regions_and_have_no_id() -> None:
    first, second = ({**REGION, "id": name} for name in ("a", "b"))
    between: dict[str, Any] = {"type": "relation", "from_id": "b", "to_id": "a", "direction": "right", "labels": ["of"]}
    for result in ([first, second, between], [between, first, second]):
        marked = OURS.marked(3, "x@1", result)
        ids = [region["id"] for region in marked if "id" in region]
        (related,) = [region for region in marked if region["type"] == "relation"]
        assert related == {**between, "from_id": ids[1], "to_id": ids[0]}
        assert OURS.marked(3, "x@1", marked) == marked


def test_a_mark_hides_the_secret_and_says_nothing_else() -> None:
    mark = OURS.mark(3, "x@1")
    assert mark.startswith(PREFIX)
    assert len(mark) == len(PREFIX) + 12
    assert {k: v for k, v in OURS.marked(3, "x@1", [REGION])[0].items() if k != "id"} == REGION


def test_what_is_no_region_has_no_mark() -> None:
    results: list[list[Any]] = [[], [None, 3, "prompt-"], [{}], [{"id": None}], [{"id": 7}]]
    for result in results:
        assert not OURS.is_on(3, "x@1", result)
        assert not is_marked(result)
