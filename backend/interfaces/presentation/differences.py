"""How the differences of two versions are shown, so that nobody takes a verdict to be about the prompts alone."""

from collections.abc import Sequence

from backend.domain.prompts.differences import PROMPT, Difference


def difference_sentence(differences: Sequence[Difference]) -> str:
    """One sentence; what stands before an arrow is the first version's."""
    others = "; ".join(_sentence(difference) for difference in differences if difference.what != PROMPT)
    if not differences:
        return "Nothing differs between these versions but their names."
    if not others:
        return "Only the text of the prompt differs."
    if any(difference.what == PROMPT for difference in differences):
        return f"Not only the text of the prompt differs, but also: {others}."
    return f"The text of the prompt is the same; what differs: {others}."


def _sentence(difference: Difference) -> str:
    if difference.first is None:
        return difference.what
    return f"{difference.what} {difference.first} → {difference.second}"
