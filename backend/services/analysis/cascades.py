"""The threshold of a cascade, from the stored answers of two versions: no model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.advice import Advice
from backend.domain.calibration.cascade_tradeoff import CascadeTradeoff, answer_pairs, tradeoff
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING, LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Truth
from backend.domain.prompts.differences import Difference, differences
from backend.domain.prompts.version import PromptVersion
from backend.errors import NoTruthsError, RunError
from backend.services.analysis.compare import comparable, setup_of
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class CascadeResult:
    """What a cascade of two versions would be.

    first, second: who answers, and who is asked where the first is unsure
    project_tasks: how many tasks the project has
    differences: between the two; a cascade that is saved has one prompt
    reason: why there are no ground truths, "" where there are some
    basis: what the accuracies rest on; None without ground truths
    """

    first: PromptVersion
    second: PromptVersion
    tradeoff: CascadeTradeoff
    project_tasks: int
    differences: tuple[Difference, ...]
    left_out: LeftOut
    reason: str = ""
    basis: TruthBasis | None = None

    @property
    def is_one_prompt(self) -> bool:
        """Whether the two differ in their model alone, so that they can be saved as one version."""
        return all(difference.what in ("model", "server") for difference in self.differences)


def cascade_of(
    bases: TruthBases,
    stored: StoredOutcomes,
    versions: Sequence[ResolvedVersion],
    subset: Subset,
    differs: float,
) -> CascadeResult:
    """Thresholds of a cascade of two versions, and which guarantees that few tasks differ from the second.

    subset: the ground truths that accuracy is counted on
    differs: the share of tasks that may differ

    Raises PromptError for versions that can't be compared, RunError if no task was answered by both.
    """
    first, second = comparable(versions, "A cascade")
    of_first, of_second = ([o for page in stored.of_version(resolved) for o in page] for resolved in (first, second))
    ground = _ground(bases, first, [first.version, second.version], subset)
    pairs = answer_pairs(of_first, of_second, ground.truths, first.schema)
    if not pairs:
        raise _never_both(first.version.tag, second.version.tag)
    setups = [setup_of(stored, resolved.version) for resolved in (first, second)]
    computed = tradeoff(pairs, differs)
    return CascadeResult(
        first.version,
        second.version,
        computed,
        first.project.tasks,
        differences(*setups),
        ground.left_out,
        ground.reason,
        ground.basis,
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """The ground truths on which a cascade is judged. `reason`: why there are none."""

    truths: Sequence[Truth] = ()
    left_out: LeftOut = NOTHING
    basis: TruthBasis | None = None
    reason: str = ""


def _ground(bases: TruthBases, first: ResolvedVersion, steps: Sequence[PromptVersion], subset: Subset) -> _Ground:
    try:
        selection = ground_truths(bases.drawing.studio, first.project, first.schema, subset, steps)
    except NoTruthsError as error:
        return _Ground(reason=str(error))
    tasks = [truth.task_id for truth in selection.truths]
    basis = bases.of(first.project.id, steps, subset, tasks, selection.left_out)
    return _Ground(selection.truths, selection.left_out, basis)


def _never_both(first: str, second: str) -> RunError:
    sentence = f"{first} and {second} have no task in common that both answered:"
    return RunError(sentence, Advice.RUN_BOTH, first=first, second=second)


def guaranteed(tradeoff: CascadeTradeoff) -> float:
    """The threshold. Raises RunError, with the reason, if there is none."""
    if tradeoff.chosen is None or tradeoff.chosen.below is None:
        raise RunError(f"No threshold guarantees that at most {tradeoff.target:g} differ. {tradeoff.reason}")
    return tradeoff.chosen.below
