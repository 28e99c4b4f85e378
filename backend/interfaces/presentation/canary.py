"""What a canary found, in sentences."""

from backend.domain.canary import FEWEST, Canary
from backend.interfaces.presentation import number_format as numbers


def canary_sentences(tag: str, canary: Canary) -> list[str]:
    """How many answers differ, and whether the model has changed."""
    requests = numbers.things(canary.requests, "stored request")
    return [
        f"{requests} of {tag} asked again: {numbers.count(canary.changed)} got another answer.",
        _verdict(tag, canary),
    ]


def _verdict(tag: str, canary: Canary) -> str:
    twice = canary.odd + canary.others
    evidence = (
        f"in {numbers.count(canary.odd)} of {numbers.count(twice)} requests with one answer unlike the other two, "
        "the two new answers agree and the stored one differs"
    )
    if canary.model_changed:
        return (
            f"The model has changed ({numbers.p_value(canary.p_value)}): {evidence}. Figures about {tag} are of the "
            "former model. To ask the present one about everything, save the prompt with another seed, or "
            "with a model name that has a date."
        )
    if canary.requests < FEWEST:
        return f"These are too few to say whether the model has changed: it takes {FEWEST}, better 50."
    if twice:
        return f"The model is not shown to have changed: {evidence}, so it contradicts itself about as often."
    return "The model is not shown to have changed."
