"""Drawing tasks at random for people to label, and what ground truths rest on because of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.draws import DrawStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.draw import TruthBasis, basis_of, drawn_to, in_order
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.errors import SubsetError

TAB = "Label next (drawn at random)"


@dataclass(frozen=True, slots=True)
class DrawnTasks:
    """The draw of a project.

    tasks: those that are drawn, in the order of the draw
    open: those of them without a ground truth
    of: number of tasks in the project
    tab: number of the Data Manager tab that lists the open ones
    """

    project: int
    tasks: tuple[int, ...]
    open: tuple[int, ...]
    of: int
    tab: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """`store`: where draws are kept."""

    studio: LabelStudioClient
    store: DrawStore

    def draw(self, project: int, size: int) -> DrawnTasks:
        """Draws the first `size` tasks of the random order, or as many as were drawn before, and lists those without a
        ground truth in a tab. Safe to run again.

        Raises SubsetError if the project has no tasks.
        """
        tasks = self.studio.task_ids(project)
        if not tasks:
            raise SubsetError(f"Project {project} has no tasks to draw from: import some in Label Studio.")
        draw = drawn_to(self.store.of(project), project, tasks, size)
        self.store.save(draw)
        drawn, starred = draw.among(tasks), self._starred(project)
        rest = tuple(task for task in drawn if task not in starred)
        return DrawnTasks(project, tuple(drawn), rest, len(tasks), self.studio.show_tab(project, TAB, rest))

    def open(self, project: int) -> list[int]:
        """The tasks that were drawn before and have no ground truth, in the order of the draw."""
        draw = self.store.of(project)
        if draw is None:
            return []
        starred = self._starred(project)
        return [task for task in draw.among(self.studio.task_ids(project)) if task not in starred]

    def basis(self, project: int, subset: Subset, truths: Sequence[int], left_out: LeftOut) -> TruthBasis:
        """What a number from `truths`, those of `subset`, rests on."""
        draw = self.store.of(project)
        if draw is None:
            return TruthBasis(tuple(truths), split=subset.split)
        drawn = draw.among(self.studio.task_ids(project))
        basis = basis_of(draw, drawn, truths, left_out.shown)
        if subset.split is None or not basis.gaps:
            return replace(basis, split=subset.split)
        pages = self.studio.tasks_by_id(project, basis.gaps)
        gaps = {task.id for page in pages for task in page if subset.split.has(task.data)}
        return replace(basis, gaps=tuple(in_order(project, gaps)), split=subset.split)

    def _starred(self, project: int) -> set[int]:
        return {
            item.task.id
            for item in self.studio.annotated(project)
            if any(annotation.get("ground_truth") for annotation in item.annotations)
        }
