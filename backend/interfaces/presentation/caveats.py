"""Caveats: what has to be known to read an evaluation's numbers right."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from backend.advice import Advice, Notice
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.stored_otherwise import DATE, HIDDEN, TEXT
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.controls.measures import strictness
from backend.domain.metrics.evaluation import Evaluation
from backend.interfaces.presentation import number_format as numbers

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult

NAMED = 10
F1 = frozenset({"f1_macro", "f1_micro", "f1_weighted"})
"""Scores of labels: where nothing has labels, nobody misses them."""
OTHERWISE = {
    HIDDEN: "values of hidden controls",
    DATE: "dates that it cannot keep (January for every month, days that the calendar lacks)",
    TEXT: "spans whose text is not what stands at their place",
}


def caveats(evaluation: Evaluation, subset: Subset) -> list[Notice]:
    """What is known about an evaluation on `subset`."""
    first = [*_part(subset), *_strict(evaluation)]
    last = [*_few(evaluation), *_missing(evaluation), *_labels(evaluation)]
    return [*map(Notice, first), *left_out_caveats(evaluation.left_out), *map(Notice, last)]


def _few(evaluation: Evaluation) -> Iterator[str]:
    if evaluation.tasks_needed:
        more = numbers.things(evaluation.tasks_needed, "more ground truth")
        yield (
            f"To detect that another version is 5 points away takes up to {more}, fewer if both fail on the same tasks."
        )
    if evaluation.intervals.few and evaluation.intervals.f1_macro is not None:
        yield "With so few tasks the intervals of F1 may be too narrow: take them as a hint."


def _missing(evaluation: Evaluation) -> Iterator[str]:
    for name, why in evaluation.reasons.items():
        if evaluation.score.per_label or name not in F1:
            yield f"{name} is n/a: {why}"


def left_out_caveats(left_out: LeftOut) -> Iterator[Notice]:
    """Which ground truths do not count, and why."""
    own = "made from this prompt's own predictions, which favours it"
    if left_out.self_predicted:
        yield Notice(_those(left_out.self_predicted, f"left out, {own}"), Advice.INCLUDE_OWN)
    if left_out.accepted:
        yield Notice(_those(left_out.accepted, f"among them {own}"))
    if left_out.examples:
        yield Notice(_those(left_out.examples, "left out, shown as examples"), Advice.LEAVE_ONE_OUT)
    if left_out.unseen:
        yield Notice(_those(left_out.unseen, "left out, made from predictions and not reviewed by a person"))
    yield from map(Notice, _otherwise(left_out))
    for label, tasks in left_out.unknown_labels.items():
        why = f"left out, in the label '{label}', which the labelling config does not have"
        yield Notice(_those(tasks, why), Advice.RELABEL)


def _those(tasks: Sequence[int], why: str) -> str:
    return f"{numbers.things(len(tasks), 'ground truth')} {why}: {_tasks(tasks)}."


def _otherwise(left_out: LeftOut) -> Iterator[str]:
    tasks = sorted({task for ids in left_out.otherwise.values() for task in ids})
    if tasks:
        truths = numbers.things(len(tasks), "ground truth")
        what = ", ".join(f"{OTHERWISE[kind]} in {len(ids):,}" for kind, ids in left_out.otherwise.items())
        yield (
            f"Label Studio stored {truths} differently from what its screen shows; they are read as shown there: "
            f"{what} ({_tasks(tasks)})."
        )


def comparison_caveats(compared: "ComparisonResult") -> list[Notice]:
    """The same for a comparison."""
    return [*_compared_texts(", ".join(compared.texts), compared.truths), *left_out_caveats(compared.left_out)]


def _compared_texts(texts: str, truths: int) -> Iterator[Notice]:
    if texts and truths:
        sentence = f"An answer is right only if its free texts ({texts}) are right word for word."
        yield Notice(sentence, Advice.EACH_CONTROL)
    elif texts:
        yield Notice(f"Two answers are the same only if their free texts ({texts}) are the same word for word.")


def _part(subset: Subset) -> Iterator[str]:
    if subset.split is not None:
        yield f"These are the scores on {subset.split} of the ground truths; the rest is {subset.split.rest}."


def _strict(evaluation: Evaluation) -> Iterator[str]:
    for strict in strictness():
        controls = [control for control, measures in evaluation.measures.items() if strict.measure in measures]
        if controls:
            yield (
                f"An answer is right only if its {strict.values} ({', '.join(controls)}) are right "
                f"{strict.right}: look at the scores of each control too."
            )


def _labels(evaluation: Evaluation) -> Iterator[str]:
    scores = evaluation.score.per_label.values()
    if any(label.precision is None for label in scores):
        yield "The precision of a label that was never answered is n/a."
    if any(label.recall is None for label in scores):
        yield "The recall of a label that is never the truth is n/a."


def _tasks(ids: Sequence[int]) -> str:
    listed = ", ".join(map(str, ids[:NAMED]))
    word = "task" if len(ids) == 1 else "tasks"
    return f"{word} {listed}" + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
