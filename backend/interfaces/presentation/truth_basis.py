"""What a number rests on, in one line: how many of its ground truths were drawn at random."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend.advice import Advice, Notice
from backend.domain.dataset.draw import TruthBasis
from backend.domain.metrics.representativeness import Representativeness, TraitDifference
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult
    from backend.services.analysis.drawn_accuracy import DrawnAccuracy

_TRAITS = {
    "confidence": "median confidence",
    "length": "median length in tokens",
    "age": "median number of the task",
}
ENOUGH = 60
"""Ground truths that it takes for the default guarantee of `threshold`."""


def basis_caveats(basis: TruthBasis | None, project: int) -> Iterator[Notice]:
    """Nothing where there are no ground truths."""
    if basis is None:
        return
    truths, drawn = len(basis.truths), basis.drawn
    part = f" of {basis.split}" if basis.split else ""
    drawn_share = (
        f"{numbers.count(len(drawn or ()))} of {numbers.things(truths, 'ground truth')}{part} were drawn at random"
    )
    yield from _drawn(basis, project, drawn_share)
    yield from _chosen(basis, project)


def _drawn(basis: TruthBasis, project: int, drawn_share: str) -> Iterator[Notice]:
    truths, drawn = len(basis.truths), basis.drawn
    if drawn is None:
        yield Notice(
            f"{drawn_share}: tasks that people choose are easier or harder than the others, and numbers from them may "
            "be far from those of the project.",
            Advice.DRAW,
            {"project": project},
        )
        return
    yield Notice(f"{drawn_share}{_others(basis, truths - len(drawn))}.")
    if basis.gaps:
        yield Notice(
            f"{numbers.things(len(basis.gaps), 'drawn task')} without a ground truth that counts: a threshold counts "
            "them as wrong, with full confidence where the version was not asked about them.",
            Advice.LIST_DRAWN,
            {"project": project},
        )
    if basis.active_gaps:
        yield Notice(
            f"No ground truth counts for {numbers.things(len(basis.active_gaps), 'task')} drawn where a version was "
            "unsure: this makes the interval of the weighted accuracy wider."
        )


def _others(basis: TruthBasis, others: int) -> str:
    """What is said of those that were not drawn at random."""
    active = len(basis.active)
    chances = f"; {numbers.count(active)} more were drawn with a known chance, where a version was unsure"
    biased = "; the others may be easier or harder than the project"
    return (chances if active else "") + (biased if others > active else "")


def _chosen(basis: TruthBasis, project: int) -> Iterator[Notice]:
    """About ground truths that chose a version."""
    flattering, out = basis.flattering, len(basis.chosen) - basis.flattering
    if flattering:
        yield Notice(
            f"A search chose a version by {numbers.things(flattering, 'ground truth')} of these, so its figures are "
            "better here than on other tasks."
        )
    if out:
        yield Notice(
            f"Left out are {numbers.things(out, 'other ground truth')} by which a search chose the version.",
            Advice.DRAW_MORE,
            {"project": project, "size": len(basis.drawn or ()) + out + ENOUGH},
        )


def comparison_basis_caveats(compared: "ComparisonResult") -> Iterator[Notice]:
    """The same for a comparison, with its looks."""
    yield from basis_caveats(compared.basis, compared.project)
    for (_, second), look in compared.looks.items():
        if look.number > 1:
            yield Notice(
                f"{second} is look {look.number} at these ground truths, so it is better only with a one-sided p below "
                f"{look.level:.2g}."
            )


def likeness_caveats(likeness: Representativeness | None) -> Iterator[Notice]:
    """In what ground truths differ from the other tasks that the version answered; nothing where they look alike."""
    if likeness is not None and likeness.differences:
        others = numbers.things(likeness.others, "other answered task")
        listed = "; ".join(map(_difference, likeness.differences))
        yield Notice(
            f"The ground truths differ from {others}: {listed}. Figures from them may not hold for the others."
        )


def _difference(difference: TraitDifference) -> str:
    if difference.trait == "label":
        label = "answers that are rare" if difference.label is None else f"the answer {difference.label}"
        return f"{label} in {numbers.percent(difference.truths)} against {numbers.percent(difference.others)}"
    text_of = numbers.proportion if difference.trait == "confidence" else lambda value: numbers.count(round(value))
    return f"{_TRAITS[difference.trait]} {text_of(difference.truths)} against {text_of(difference.others)}"


def _alone(drawn: "DrawnAccuracy") -> Iterator[Notice]:
    """Tasks without a ground truth may be those that people found hard."""
    share = f"{numbers.proportion(drawn.accuracy)} ({numbers.interval(drawn.accuracy_ci)})"
    if drawn.accuracy is not None:
        holds = "" if drawn.bounds else ", which holds for the whole project,"
        yield Notice(f"The accuracy on the drawn ones alone{holds} is {share}.")
    if drawn.bounds is not None:
        yield Notice(
            "The accuracy on the drawn ones does not hold for the whole project while some of them have no ground "
            f"truth: if the answers to those are all wrong or all right, it is {numbers.interval(drawn.bounds)}."
        )


def drawn_accuracy_caveats(drawn: "DrawnAccuracy", project: int) -> Iterator[Notice]:
    """The same for an evaluation."""
    yield from basis_caveats(drawn.basis, project)
    if drawn.weighted is not None:
        weighted = drawn.weighted
        share = f"{numbers.proportion(weighted.accuracy)} ({numbers.interval(weighted.interval)})"
        yield Notice(f"The accuracy for the whole project, weighted by the chances of the drawn tasks, is {share}.")
    else:
        yield from _alone(drawn)
    yield from likeness_caveats(drawn.likeness)
    if drawn.look is not None and drawn.look.number > 1:
        yield Notice(
            f"{numbers.things(drawn.look.number - 1, 'other look')} at these ground truths came before: the best of "
            "several prompts looks better than it really is."
        )
