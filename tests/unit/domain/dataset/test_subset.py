"""What `--on` and its companions mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.dataset.split import Split
from backend.domain.dataset.subset import FLAGS, SAMPLE_SIZE, SAMPLES, Subset, parse_subset, read_subset
from backend.errors import SubsetError


def test_words() -> None:
    assert parse_subset("all") == Subset("all")
    assert parse_subset("missing") == Subset("missing")
    assert parse_subset("ground-truth") == Subset("ground-truth")
    assert parse_subset("sample") == Subset("sample", size=SAMPLE_SIZE, seed=None)
    assert parse_subset("sample", size=5, seed=0) == Subset("sample", size=5, seed=0)


def test_ids_come_in_the_order_given_and_once() -> None:
    for word in ("ids", ""):
        assert parse_subset(word, ids="9, 3,7-9,3") == Subset("ids", ids=(9, 3, 7, 8))


def test_a_tab_of_the_data_manager() -> None:
    assert parse_subset("view:12") == Subset("view", view=12)


@pytest.mark.parametrize(
    ("subset", "text"),
    [
        (Subset("all"), "all"),
        (Subset("ground-truth"), "ground-truth"),
        (Subset("ground-truth", truth="any"), "ground-truth:any"),
        (Subset("ids", ids=(9, 3, 4, 5, 12)), "ids:9,3-5,12"),
        (Subset("view", view=3), "view:3"),
        (Subset("rest", ids=(3, 4, 9), attempts=4), "rest:4:3-4,9"),
        (Subset("ground-truth", split=Split("dev", 0.5)), "ground-truth/dev:0.5"),
        (Subset("ground-truth", truth="any", split=Split("test", 0.25)), "ground-truth:any/test:0.25"),
        (Subset("ground-truth", leave_one_out=True), "ground-truth/leave-one-out"),
        (Subset("ground-truth", split=Split("dev", 0.5), leave_one_out=True), "ground-truth/leave-one-out/dev:0.5"),
        (Subset("ground-truth", accepted=True, split=Split("dev", 0.5)), "ground-truth/accepted/dev:0.5"),
        (Subset("truth-sample", size=5, truth="any", stratify=True), "truth-sample:5::any/stratify"),
        (Subset("truth-sample", size=5, seed=7, split=Split("test", 0.5)), "truth-sample:5:7/test:0.5"),
        (Subset("sample", size=5, seed=0, stratify=True), "sample:5:0/stratify"),
        (Subset("sample", size=5), "sample:5"),
        (Subset("sample", size=5, seed=0), "sample:5:0"),
    ],
)
def test_it_is_written_in_one_form(subset: Subset, text: str) -> None:
    assert str(subset) == text
    assert read_subset(text) == subset


splits = st.none() | st.builds(
    Split, st.sampled_from(["dev", "test"]), st.integers(1, 999_999).map(lambda parts: parts / 1_000_000)
)
truths = st.sampled_from(["ground-truth", "any"])
options = {"truth": truths, "split": splits, **{flag: st.booleans() for flag in FLAGS}}


@given(
    st.builds(Subset, st.sampled_from(["ground-truth", "all", "missing"]), **options)
    | st.builds(Subset, st.sampled_from(SAMPLES), size=st.integers(1), seed=st.none() | st.integers(), **options)
)
def test_whatever_is_said_of_it_comes_back(subset: Subset) -> None:
    assert read_subset(str(subset)) == subset


@given(st.lists(st.integers(0, 30), min_size=1, unique=True))
def test_written_ids_come_back_in_their_order(ids: list[int]) -> None:
    subset = Subset("ids", ids=tuple(ids))
    assert read_subset(str(subset)) == subset


@pytest.mark.parametrize(
    ("word", "more", "said"),
    [
        ("ids", {}, "like 3,7-12"),
        ("ids", {"ids": ""}, "like 3,7-12"),
        ("ids", {"ids": "three"}, "not a task id"),
        ("all", {"ids": "3"}, "leave out one of the two"),
        ("view:", {}, "view:3"),
        ("view:x", {}, "view:3"),
        ("view:-1", {}, "view:3"),
        ("everything", {}, "use ground-truth, sample, all, missing, ids or view:ID"),
        ("ALL", {}, "not a subset"),
        ("sample", {"size": 0}, "ask for 1 or more"),
    ],
)
def test_what_means_nothing_is_refused(word: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(SubsetError, match=said):
        parse_subset(word, **more)
