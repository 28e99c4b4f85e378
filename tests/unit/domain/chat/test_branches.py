"""Branches: kept where the labels branch, and nowhere else."""

import pytest

from backend.domain.chat.branch import Branch
from backend.domain.chat.branches import branches
from tests.scripted import choices, some

MOOD = choices("Good", "Bad", "Refund", "Refund request").allowed


def found(text: str, *pieces: str, rivals: bool = True) -> tuple[Branch, ...] | None:
    told = [((piece, -1.0), ("?", -2.0)) if rivals else () for piece in pieces]
    return branches(text, [(piece.encode(), -1.0) for piece in pieces], MOOD, told.__getitem__)


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        (('{"mood": "', "Go", "od", '"}'), [(10, "Go")]),
        (('{"mood":', ' "Re', "fund", '"', "}"), [(8, ' "Re'), (16, '"')]),
        (
            ("<think>", "Bad", "</think>", '{"mood": "', "Refund", " request", '"}', "<|end|>"),
            [(10, "Refund"), (16, " request")],
        ),
        (('{"why": "Bad", "mood": "', "Bad", '"}'), [(24, "Bad")]),
    ],
)
def test_only_branches_are_kept(pieces: tuple[str, ...], kept: list[tuple[int, str]]) -> None:
    spoken = "".join(pieces).removeprefix("<think>Bad</think>").removesuffix("<|end|>")
    at = some(found(spoken, *pieces))
    assert [(branch.start, branch.token) for branch in at] == kept
    assert all(len(branch.rivals) == 2 for branch in at)


def test_none_without_other_tokens_or_with_tokens_that_do_not_fit() -> None:
    assert found('{"mood": "Good"}', '{"mood": "', 'Good"}', rivals=False) is None
    assert found('{"mood": "Good"}', '{"mood": "', 'Bad"}') is None


def test_that_there_are_other_tokens_may_be_told_where_labels_do_not_branch() -> None:
    told = {0: (), 1: (), 2: (("?", -2.0),)}
    spoken = [(b'{"mood": "', -1.0), (b"Good", -1.0), (b'"}', -1.0)]
    assert branches('{"mood": "Good"}', spoken, MOOD, told.__getitem__) == (Branch(10, "Good", -1.0, ()),)
