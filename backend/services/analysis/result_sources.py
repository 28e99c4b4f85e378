"""Result sources: what views of results are derived from, and whether a page may wait for that."""

from dataclasses import dataclass
from functools import partial

from backend.adapters.database.runs.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import digest
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.runs.run import FINAL
from backend.errors import LabelConfigError
from backend.services.analysis.background_reads import MANY
from backend.services.analysis.result_views import Derived, ResultView, ResultViews
from backend.services.analysis.results import TaskResult, results_without_texts, texts_of
from backend.services.analysis.stored_evaluation import stored_evaluation
from backend.services.analysis.view_texts import ViewTexts
from backend.services.dataset.label_configs import Configs
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Changes when results of a version may have changed.

    run_tasks: of what the database has of its tasks
    tasks, changed: how many the project has, and when one of them changed last
    renames: of the labels
    """

    run_tasks: tuple[int, ...]
    tasks: int
    changed: str
    renames: str


@dataclass(frozen=True, slots=True)
class ResultSources:
    """views: where they are kept
    studio: as the person sees it for whom a view is derived
    """

    views: ResultViews
    run_store: RunStore
    studio: LabelStudioClient
    stored: StoredOutcomes
    configs: Configs
    bases: TruthBases

    def view(self, resolved: ResolvedVersion) -> ResultView:
        """The results of a version, derived again only when something changed."""
        tag, stamp = resolved.version.tag, self._stamp(resolved)
        running = any(run.status not in FINAL for run in self.run_store.runs(tag))
        return self.views.of(tag, stamp, running, partial(self._derive, resolved, stamp))

    def view_soon(self, resolved: ResolvedVersion, texts: bool) -> ResultView | None:
        """The same if it is ready; None while a thread reads many answers for the first time or, with
        `texts`, many texts."""
        tag, reads = resolved.version.tag, self.views.reads
        if self.views.last(tag) is None and self._size(tag) >= MANY:
            reads.begin(tag, partial(self.view, resolved))
            return None
        view = self.view(resolved)
        unread = view.texts.unread(row.task for row in view.rows) if texts else []
        if len(unread) >= MANY:
            reads.begin((tag, "texts"), partial(self._read_texts, resolved, view))
            return None
        return view

    def _read_texts(self, resolved: ResolvedVersion, view: ResultView) -> None:
        view.with_texts(view.rows, partial(texts_of, self.studio, resolved.version))

    def _stamp(self, resolved: ResolvedVersion) -> _Stamp:
        project = resolved.project
        renames = digest([project.label_config, self.configs.renames(project.id)])
        tasks, changed = self.studio.newest_change(project.id)
        return _Stamp(self.run_store.run_tasks.stamp(resolved.version.tag), tasks, changed, renames)

    def _size(self, tag: str) -> int:
        """Tasks that runs of the version took, those of several runs once for each."""
        return self.run_store.run_tasks.stamp(tag)[0]

    def _derive(self, resolved: ResolvedVersion, stamp: _Stamp) -> Derived:
        rows = results_without_texts(self.studio, self.stored, resolved, [], "ground-truth")
        if len(rows) > resolved.project.tasks:  # some are gone; the list of all is asked for only then, as it is long
            there = set(self.studio.task_ids(resolved.project.id))
            rows = [row for row in rows if row.task in there]
        annotated = list(self.studio.annotated(resolved.project.id))
        try:
            evaluation = stored_evaluation(self.stored, resolved, annotated, None)
        except LabelConfigError:
            evaluation = None
        basis = None if evaluation is None else self._basis(resolved, rows, evaluation)
        return Derived(rows, evaluation, basis, self._texts(resolved, stamp))

    def _texts(self, resolved: ResolvedVersion, stamp: _Stamp) -> ViewTexts:
        """Those of the view before that are still right."""
        last = self.views.last(resolved.version.tag)
        texts = ViewTexts() if last is None else last.texts
        return texts.carried(stamp.tasks, stamp.changed, partial(self.studio.changed_after, resolved.project.id))

    def _basis(self, resolved: ResolvedVersion, rows: list[TaskResult], evaluation: Evaluation) -> TruthBasis:
        truths = [row.task for row in rows if row.truth is not None]
        subset = Subset("ground-truth")
        return self.bases.of(resolved.project.id, [resolved.version], subset, truths, evaluation.left_out)
