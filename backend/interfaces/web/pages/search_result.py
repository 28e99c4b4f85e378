"""What came of a search for a better prompt, in words, and both texts side by side."""

from difflib import SequenceMatcher

from backend.domain.metrics.comparison import BETTER, UNDECIDED
from backend.interfaces.presentation.number_format import points, points_interval, things
from backend.services.optimize.session import OptimizationResult

Lines = list[tuple[str, bool]]
"""Lines of a text, and whether the other text has no such line there."""


def side_by_side(before: str, after: str) -> tuple[Lines, Lines]:
    """The lines of two texts, each with whether it is the other's too."""
    old, new = before.splitlines(), after.splitlines()
    same_old, same_new = set[int](), set[int]()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        same_old.update(range(block.a, block.a + block.size))
        same_new.update(range(block.b, block.b + block.size))
    return (
        [(line, index not in same_old) for index, line in enumerate(old)],
        [(line, index not in same_new) for index, line in enumerate(new)],
    )


def outcome_sentence(result: OptimizationResult) -> str:
    """What came of a search."""
    if result.text is None and result.halves is None:
        return f"Nothing was saved, because the rewrite was dropped: {result.tried[0].fate}."
    if result.text is None:
        return "Nothing was saved: no rewrite was better on the ground truths it learned from."
    if result.comparison is None:
        return "It could not be checked, because the project has no ground truths."
    pair, tasks = result.comparison.pairs[0], things(result.comparison.tasks, "ground truth")
    figures = f"{points(pair.difference)}, 95 % interval {points_interval(pair.difference_ci)}"
    if pair.verdict == BETTER:
        return f"The rewrite is better than {pair.first} on {tasks} that it never saw ({figures})."
    if pair.verdict == UNDECIDED:
        return f"Not decided: {tasks} that the rewrite never saw do not tell it and {pair.first} apart ({figures})."
    return f"The rewrite is {pair.verdict} than {pair.first} on {tasks} that it never saw ({figures})."


def look_sentence(result: OptimizationResult) -> str:
    """What the verdict rests on; "" where there is none."""
    if result.look is None:
        return ""
    return (
        f"This was look {result.look.number} at these ground truths, so only a one-sided p below "
        f"{result.look.level:.2g} is called better: who looks often finds something by chance."
    )
