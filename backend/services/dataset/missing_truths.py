"""Why a subset has no ground truths, and what to do about it."""

from backend.advice import Advice
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.errors import NoTruthsError


def why_none(project: int, subset: Subset, left_out: LeftOut) -> NoTruthsError:
    """What to say where none of a project's ground truths is left."""
    if left_out.self_predicted:
        return NoTruthsError(
            f"All {len(left_out.self_predicted)} ground truths of project {project} that are left come from this "
            "prompt's own predictions, which would flatter it:",
            Advice.ANNOTATE_OTHERS,
        )
    if left_out.examples:
        return NoTruthsError(
            f"All {len(left_out.examples)} ground truths of project {project} that are left are examples of the "
            "prompt:",
            Advice.MARK_OTHERS,
        )
    if left_out.unseen:
        return NoTruthsError(
            f"All {len(left_out.unseen)} annotations of project {project} that are left were made from predictions, "
            "and no person has looked at them since: submit or update some in Label Studio, or annotate other tasks."
        )
    if left_out.unknown_labels:
        names = ", ".join(left_out.unknown_labels)
        return NoTruthsError(
            f"The ground truths of project {project} have labels that its config does not have ({names}): add "
            "them to the config, or annotate the tasks again.",
            Advice.RELABEL_ALL,
        )
    if subset.split is not None:
        return NoTruthsError(f"Project {project} has no ground truths in {subset.split}:", Advice.MARK_MORE)
    return no_truths(project, subset.truth)


def no_truths(project: int, kind: str) -> NoTruthsError:
    """What to say where there are none."""
    if kind == "any":
        return NoTruthsError(f"Project {project} has no annotations that fit its labels: annotate some of its tasks.")
    return NoTruthsError(f"Project {project} has no ground truths that fit its labels:", Advice.MARK_TRUTHS)
