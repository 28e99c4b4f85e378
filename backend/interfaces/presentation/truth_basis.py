"""What a number rests on, in one line: how many of its ground truths were drawn at random."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backend.domain.dataset.draw import TruthBasis
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.analysis.drawn_accuracy import DrawnAccuracy


def basis_remarks(basis: TruthBasis, project: int) -> Iterator[str]:
    """One sentence each."""
    truths, drawn = len(basis.truths), basis.drawn
    part = f" of {basis.split}" if basis.split else ""
    said = f"{numbers.count(len(drawn or ()))} of {numbers.things(truths, 'ground truth')}{part} were drawn at random"
    if drawn is None:
        yield (
            f"{said}: tasks that people choose are easier or harder than the others, and numbers from them may be far "
            f"from those of the project. `ls-prompts draw {project}` draws tasks to label."
        )
        return
    yield f"{said}." if len(drawn) == truths else f"{said}; the others may be easier or harder than the project."
    if basis.gaps:
        yield (
            f"{numbers.things(len(basis.gaps), 'drawn task')} without a ground truth that counts: a threshold counts "
            "them as wrong, with full confidence where the version was not asked about them. "
            f"`ls-prompts draw {project}` lists them."
        )


def drawn_accuracy_remarks(drawn: "DrawnAccuracy", project: int) -> Iterator[str]:
    """The same for an evaluation."""
    yield from basis_remarks(drawn.basis, project)
    if drawn.accuracy is not None:
        share = f"{numbers.proportion(drawn.accuracy)} ({numbers.interval(drawn.accuracy_ci)})"
        yield f"The accuracy on the drawn ones alone, which holds for the whole project, is {share}."
    if drawn.look is not None and drawn.look.number > 1:
        yield (
            f"{numbers.things(drawn.look.number - 1, 'other look')} at these ground truths came before: the best of "
            "several prompts seems better than it is."
        )
