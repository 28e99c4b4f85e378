"""What a canary found, in sentences."""

import pytest

from backend.domain.canary import Canary
from backend.interfaces.presentation.canary import canary_sentences


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Canary(50, 2), "The model is not shown to have changed."),
        (Canary(3, 2), "These are too few to say whether the model has changed: it takes 4, better 50."),
        (Canary(50, 9, 8, 0), "The model has changed (p = 0.00015): in 8 of 8 requests with one answer unlike"),
        (Canary(50, 9, 3, 6), "The model is not shown to have changed: in 3 of 9 requests with one answer unlike"),
    ],
)
def test_the_verdict(found: Canary, said: str) -> None:
    first, second = canary_sentences("mood@1", found)
    assert first == f"{found.requests} stored requests of mood@1 asked again: {found.changed} got another answer."
    assert second.startswith(said)
