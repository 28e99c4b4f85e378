"""Drawing tasks for people to label, at random or with higher chances where a version is unsure, and what ground truths
rest on because of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.projects.draws import DrawStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.active_draw import active_draw
from backend.domain.dataset.draw import Draw, TruthBasis, basis_of, drawn_to
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.errors import SubsetError

TAB = "Label next (drawn at random)"
ACTIVE_TAB = "Label next (drawn where a version is unsure)"


@dataclass(frozen=True, slots=True)
class DrawnTasks:
    """The draw of a project.

    tasks: those that are drawn at random, in the order of the draw
    open: those of them, and of `active`, without a ground truth
    of: number of tasks in the project
    tab: number of the Data Manager tab that lists the open ones
    active: other tasks, which were drawn because a version was unsure of them
    """

    project: int
    tasks: tuple[int, ...]
    open: tuple[int, ...]
    of: int
    tab: int
    active: tuple[int, ...] = ()


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
        return self._listed(replace(draw, chances={}), tasks, TAB)

    def draw_active(self, draw: Draw, beliefs: Mapping[int, float], size: int) -> DrawnTasks:
        """Draws more tasks, with chances by what a version is unsure of, until about `size` have no ground truth, and
        lists these in a tab. Safe to run again: while half of them are left to label, none are added.

        draw: that of the project so far
        beliefs: task -> probability that the version's answer is right, of all tasks of the project
        """
        tasks = list(beliefs)
        left = len(_open(draw, tasks, self._starred(draw.project)))
        if 2 * left < size:
            draw = active_draw(draw, beliefs, size - left)
            self.store.save(draw)
        return self._listed(draw, tasks, ACTIVE_TAB)

    def open(self, project: int) -> list[int]:
        """The tasks that were drawn at random before and have no ground truth, in the order of the draw."""
        draw = self.store.of(project)
        if draw is None:
            return []
        return _open(replace(draw, chances={}), self.studio.task_ids(project), self._starred(project))

    def basis(self, project: int, subset: Subset, truths: Sequence[int], left_out: LeftOut) -> TruthBasis:
        """What a number from `truths`, those of `subset`, rests on."""
        draw = self.store.of(project)
        if draw is None:
            return TruthBasis(tuple(truths), split=subset.split)
        basis = basis_of(draw, self.studio.task_ids(project), truths, left_out.examples)
        gaps = (*basis.gaps, *basis.active_gaps)
        if subset.split is None or not gaps:
            return replace(basis, split=subset.split)
        pages = self.studio.tasks_by_id(project, gaps)
        return basis.of_split(subset.split, {task.id for page in pages for task in page if subset.split.has(task.data)})

    def _listed(self, draw: Draw, tasks: Sequence[int], tab: str) -> DrawnTasks:
        """What is drawn of `tasks`, all of the project, with what is left to label in a tab."""
        project = draw.project
        rest = _open(draw, tasks, self._starred(project))
        return DrawnTasks(
            project=project,
            tasks=tuple(draw.among(tasks)),
            open=tuple(rest),
            of=len(tasks),
            tab=self.studio.show_tab(project, tab, rest),
            active=tuple(draw.active(tasks)),
        )

    def _starred(self, project: int) -> set[int]:
        return {
            item.task.id
            for item in self.studio.annotated(project)
            if any(annotation.get("ground_truth") for annotation in item.annotations)
        }


def _open(draw: Draw, tasks: Sequence[int], starred: Collection[int]) -> list[int]:
    """What is left to label of `tasks`."""
    return [task for task in (*draw.among(tasks), *draw.active(tasks)) if task not in starred]
