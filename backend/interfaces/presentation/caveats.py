"""Remarks: what has to be known to read an evaluation's numbers right."""

from collections.abc import Iterator, Sequence

from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.metrics.score_intervals import FEW
from backend.interfaces.presentation import number_format as numbers

NAMED = 10


def remarks(found: Evaluation, subset: Subset) -> list[str]:
    """One sentence each."""
    said = [*_part(subset), *left_out_remarks(found.left_out)]
    if found.tasks_needed:
        more = numbers.things(found.tasks_needed, "more ground truth")
        said.append(f"To see that another version is 5 points away takes up to {more}; fewer if both fail alike.")
    if found.intervals.few and found.intervals.f1_macro is not None:
        said.append(f"Intervals of F1s are too narrow below {FEW} tasks: take them as a hint.")
    return [*said, *(f"{name} is n/a: {why}" for name, why in found.reasons.items()), *_labels(found)]


def left_out_remarks(left_out: LeftOut) -> Iterator[str]:
    """Which ground truths do not count, and why."""
    own = "made from this prompt's own predictions, which flatters it"
    if left_out.own:
        truths = numbers.things(len(left_out.own), "ground truth")
        yield f"{truths} left out, {own}: {_tasks(left_out.own)}. --accepted takes them in."
    if left_out.taken:
        truths = numbers.things(len(left_out.taken), "ground truth")
        yield f"{truths} among them {own}: {_tasks(left_out.taken)}."
    if left_out.shown:
        truths = numbers.things(len(left_out.shown), "ground truth")
        yield f"{truths} left out, shown as examples: {_tasks(left_out.shown)}. --leave-one-out takes them in."
    if left_out.unseen:
        truths = numbers.things(len(left_out.unseen), "truth")
        yield f"{truths} left out, made of predictions and looked at by no person: {_tasks(left_out.unseen)}."
    for label, tasks in left_out.gone.items():
        truths = numbers.things(len(tasks), "ground truth")
        yield (
            f"{truths} left out, in the label '{label}', which the labelling config does not have: {_tasks(tasks)}. If "
            "it was renamed, `ls-prompts relabel OLD NEW` takes them in."
        )


def _part(subset: Subset) -> Iterator[str]:
    if subset.split is not None:
        yield f"Only {subset.split} of the ground truths is shown; the rest is {subset.split.rest}."


def _labels(found: Evaluation) -> Iterator[str]:
    scores = found.score.per_label.values()
    if any(one.precision is None for one in scores):
        yield "The precision of a label that was never answered is n/a."
    if any(one.recall is None for one in scores):
        yield "The recall of a label that is never the truth is n/a."


def _tasks(ids: Sequence[int]) -> str:
    shown = ", ".join(map(str, ids[:NAMED]))
    word = "task" if len(ids) == 1 else "tasks"
    return f"{word} {shown}" + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
