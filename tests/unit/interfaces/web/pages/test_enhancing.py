"""What came of a search: a sentence for each ending, and both texts with what only one of them has."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.domain.metrics.comparison import BETTER, UNDECIDED, WORSE
from backend.domain.optimize.looks import CountedLook
from backend.interfaces.web.pages.enhancing import look_sentence, outcome_sentence, side_by_side


def ended(verdict: str | None = None, **values: Any) -> Any:
    """A result; with a verdict, of a comparison on 20 ground truths."""
    pair = SimpleNamespace(verdict=verdict, first="mood@1", difference=0.25, difference_ci=(0.05, 0.45))
    comparison = SimpleNamespace(pairs=[pair], tasks=20) if verdict else None
    plain = {"text": "better {text}", "halves": object(), "tried": [], "look": None}
    return SimpleNamespace(**{**plain, "comparison": comparison, **values})


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (ended(BETTER), "The rewrite is better than mood@1 on 20 ground truths that it never saw"),
        (ended(WORSE), "The rewrite is worse than mood@1 on 20 ground truths"),
        (ended(UNDECIDED), "Not decided: 20 ground truths that the rewrite never saw do not tell it and mood@1 apart"),
        (ended(), "It could not be checked, because the project has no ground truths."),
        (ended(text=None), "no rewrite was better on the ground truths it learned from."),
        (
            ended(text=None, halves=None, tried=[SimpleNamespace(fate="it is empty")]),
            "because the rewrite was dropped: it is empty.",
        ),
    ],
)
def test_each_ending_has_its_sentence(result: Any, sentence: str) -> None:
    assert sentence in outcome_sentence(result)


def test_a_verdict_stands_beside_its_interval() -> None:
    assert "(+25.0 points, 95 % interval +5.0 to +45.0 points)" in outcome_sentence(ended(BETTER))


def test_looks_are_counted_where_something_was_looked_at() -> None:
    assert look_sentence(ended()) == ""
    told = look_sentence(ended(BETTER, look=CountedLook(2, frozenset({1, 2}))))
    assert told.startswith("This was look 2 at these ground truths, so only a one-sided p below 0.0")


def test_lines_of_one_text_alone_are_marked() -> None:
    before, after = side_by_side("same\nold\nend", "same\nnew\nmore\nend")
    assert before == [("same", False), ("old", True), ("end", False)]
    assert after == [("same", False), ("new", True), ("more", True), ("end", False)]
    assert side_by_side("", "x") == ([], [("x", True)])
    assert side_by_side("x", "x") == ([("x", False)], [("x", False)])
