"""How the differences of two versions are told: before a verdict is read as one about the prompts."""

from collections.abc import Sequence

from backend.domain.prompts.differences import PROMPT, Difference


def difference_sentence(found: Sequence[Difference]) -> str:
    """One sentence; what stands before an arrow is the first version's."""
    others = "; ".join(_told(one) for one in found if one.what != PROMPT)
    if not found:
        return "Nothing differs between these versions but their names."
    if not others:
        return "Only the text of the prompt differs."
    if any(one.what == PROMPT for one in found):
        return f"Not only the text of the prompt differs, but also: {others}."
    return f"The text of the prompt is the same; what differs: {others}."


def _told(one: Difference) -> str:
    return one.what if one.first is None else f"{one.what} {one.first} → {one.second}"
