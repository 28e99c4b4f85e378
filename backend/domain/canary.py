"""Canary: whether the model behind a name has changed since it gave the stored answers.

Stored requests are asked again. If the model is the same, the stored answer and two new ones are three draws of the
same kind: where two of them agree and one differs, the stored one is the odd one out in a third of all cases. So the
number of stored answers that are the odd one out is binomial, however often the model repeats itself: an exact test,
without a rate that somebody must know beforehand. Nothing else would be said of fewer than `FEWEST` changed answers,
so the second question is asked only from there on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

REQUESTS = 50
"""So many are asked again: enough for a change of every sixth answer."""
LEVEL = 0.02
"""How often a model that has not changed is said to have, at most."""
FEWEST = 4
"""1/3 to the power of 3 is above LEVEL: fewer odd answers say nothing."""


@dataclass(frozen=True, slots=True)
class Reasked:
    """One stored request that was asked again.

    changed: whether the new answer differs from the stored one
    odd: where it was asked twice: whether the stored answer alone differs from two equal new ones (True), or one of
        the new ones differs from the other and the stored one (False). None if all three differ or agree, or it was
        asked once
    """

    changed: bool
    odd: bool | None = None


@dataclass(frozen=True, slots=True)
class Canary:
    """Numbers of requests.

    requests: asked again and answered
    changed: whose answer was another one
    odd, others: of those asked twice, see `Reasked.odd`
    """

    requests: int
    changed: int
    odd: int = 0
    others: int = 0

    @property
    def p_value(self) -> float:
        """One-sided, of the hypothesis that the model has not changed; 1 where nothing was asked twice."""
        from scipy.stats import binom

        trials = self.odd + self.others
        return float(binom.sf(self.odd - 1, trials, 1 / 3)) if trials else 1.0

    @property
    def model_changed(self) -> bool:
        return self.p_value <= LEVEL


@dataclass(frozen=True, slots=True)
class StoredCanary:
    """`asked_at`: when, in ISO format, UTC"""

    asked_at: str
    result: Canary


def needs_second(firsts: Sequence[Reasked]) -> bool:
    """Whether to ask a second time."""
    return sum(request.changed for request in firsts) >= FEWEST


def canary_of(reasked: Sequence[Reasked]) -> Canary:
    return Canary(
        requests=len(reasked),
        changed=sum(request.changed for request in reasked),
        odd=sum(request.odd is True for request in reasked),
        others=sum(request.odd is False for request in reasked),
    )


def odd_one_out(first: bool, second: bool, both: bool) -> bool | None:
    """`Reasked.odd`, of whether the first and the second new answer equal the stored one, and each other."""
    if both:
        return None if first else True
    return False if first or second else None
