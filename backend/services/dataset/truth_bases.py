"""Truth bases: what a number from ground truths rests on, for every command that shows one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.projects.looks import LookStore
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.optimize.looks import chose
from backend.domain.prompts.version import PromptVersion
from backend.services.dataset.drawing import Drawing


@dataclass(frozen=True, slots=True)
class TruthBases:
    """drawing: which tasks were drawn
    looks: at the ground truths that judge rewrites
    """

    drawing: Drawing
    looks: LookStore

    def of(
        self,
        project: int,
        versions: Sequence[PromptVersion],
        subset: Subset,
        truths: Collection[int],
        left_out: LeftOut,
    ) -> TruthBasis:
        """What numbers about `versions` of a project rest on.

        truths: the tasks of `subset` whose ground truths count
        left_out: those that do not
        """
        basis = self.drawing.basis(project, subset, sorted(truths), left_out)
        chosen = frozenset[int]().union(*(chose(self.looks.winners(v.name), v.number) for v in versions))
        return replace(basis, chosen=tuple(sorted(chosen & set(truths))))
