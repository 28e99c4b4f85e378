"""What stored answers say: nothing here asks a model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.runs.recent_tasks import RecentTaskStore
from backend.app.operations import Operations
from backend.domain.calibration.scored_answers import scored_answers_of
from backend.domain.calibration.threshold import AccuracyFrom, accuracy_from
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.human_agreement import HumanAgreement
from backend.domain.optimize.search import LEARN
from backend.domain.outcome import Outcome
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.report import Report
from backend.domain.runs.run import Run
from backend.errors import PromptError
from backend.services.analysis.active_drawing import draw_active
from backend.services.analysis.audit import Audit, audit_project
from backend.services.analysis.calibrate import CalibrationResult, JudgedVersion, calibrate_version, judged
from backend.services.analysis.cascades import CascadeResult, cascade_of
from backend.services.analysis.chat_export import ChatExport, ChatExporter, ChatExportOptions
from backend.services.analysis.compare import ComparisonResult, compare_versions
from backend.services.analysis.confidence_threshold import (
    ConfidenceThreshold,
    Guaranteeing,
    confidence_threshold,
    wrong_share_threshold,
)
from backend.services.analysis.drawn_accuracy import DrawnAccuracy, drawn_accuracy, with_weights
from backend.services.analysis.export import ExportedRows, export
from backend.services.analysis.people import agreement_of_people
from backend.services.analysis.recent_results import RecentResult, recent_results
from backend.services.analysis.report import ReportSources, report
from backend.services.analysis.representativeness import representativeness_of
from backend.services.analysis.result_sources import ResultSources
from backend.services.analysis.result_views import ResultView
from backend.services.analysis.results import TaskResult, results, results_of, texts_of
from backend.services.analysis.shares import ShareEstimate, estimate_shares
from backend.services.analysis.votes import VoteResult, vote
from backend.services.dataset.counted_looks import count_look
from backend.services.dataset.drawing import DrawnTasks
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import task_ids
from backend.services.dataset.truth_marking import chosen_answer, mark_truth, only_choice
from backend.services.runs.options import RunResult


class ResultOperations(Operations):
    """See `backend.app.App`."""

    def outcomes(self, run_id: str) -> Iterator[Outcome]:
        """What became of the tasks of a run, by task id."""
        run = self.container.run_store.run(run_id)
        pages = self.container.outcomes.of_run(run, self.container.resolver.readable(run.tag))
        return (outcome for page in pages for outcome in page)

    def results(self, tag: str, kinds: Sequence[str] = (), truth: str = "ground-truth") -> list[TaskResult]:
        resolved = self.container.resolver.readable(tag)
        return results(self.container.studio, self.container.outcomes, resolved, kinds, truth)

    def task_ids(self, tag: str, subset: Subset) -> list[int]:
        """The ids of the tasks that a run of a version on `subset` would take."""
        pages = task_ids(self.container.studio, self.container.resolver.readable(tag), subset)
        return [task for page in pages for task in page]

    def result_view(self, version: PromptVersion, project: Project) -> ResultView:
        """The results of a version of this project with its evaluation, derived again only when something changed."""
        return self._sources.view(self.container.resolver.read_by(version, project))

    def result_view_soon(self, version: PromptVersion, project: Project, texts: bool) -> ResultView | None:
        """The same if it is ready, with the texts of all tasks if `texts`; None while a thread reads
        many of them."""
        return self._sources.view_soon(self.container.resolver.read_by(version, project), texts)

    @property
    def _sources(self) -> ResultSources:
        parts = self.container
        kept = (parts.result_views, parts.run_store, parts.studio, parts.outcomes, parts.configs)
        return ResultSources(*kept, self.bases)

    def with_texts(self, version: PromptVersion, view: ResultView, rows: Iterable[TaskResult]) -> list[TaskResult]:
        """Rows of a view with the texts of their tasks, as the person for whom it acts may read them."""
        return view.with_texts(rows, partial(texts_of, self.container.studio, version))

    def results_of(self, tag: str, tasks: Sequence[int]) -> list[TaskResult]:
        """The results of a version on these tasks, in their order."""
        resolved = self.container.resolver.readable(tag)
        return results_of(self.container.studio, self.container.outcomes, resolved, tasks)

    def recent_results(self, run: Run) -> list[RecentResult]:
        """What a run has answered last."""
        resolved, parts = self.container.resolver.readable(run.tag), self.container
        return recent_results(RecentTaskStore(parts.store), parts.studio, parts.outcomes, resolved, run)

    def drawn_open(self, project: int) -> list[int]:
        """The drawn tasks of a project without a ground truth, in the order of the draw."""
        return self.container.drawing.open(project)

    def choices(self, version: PromptVersion, project: Project) -> list[str]:
        """The labels of which one is a whole answer, as annotators see them; none where it takes more than that."""
        control = only_choice(self.container.resolver.read_by(version, project).schema)
        return [] if control is None else [label.name for label in control.labels]

    def mark_truth(self, tag: str, task: int, label: str | None = None) -> int:
        """Makes a label, or the version's answer, the ground truth of a task, as an annotation of the person for whom
        it acts. Returns the annotation's id. Raises PromptError when there is nothing to mark."""
        parts, resolved = self.container, self.container.resolver.resolved(tag)
        if label is not None:
            return mark_truth(parts.studio, resolved.schema, task, chosen_answer(resolved.schema, label))
        outcomes = [outcome for page in parts.outcomes.of_version(resolved, {task}) for outcome in page]
        answer = outcomes[0].answer if outcomes else None
        if answer is None:
            raise PromptError(f"{tag} has no usable answer to task {task}: annotate it in Label Studio.")
        return mark_truth(parts.studio, resolved.schema, task, answer)

    def compare(self, tags: Sequence[str], subset: Subset | None = None) -> ComparisonResult:
        """Compares versions on the same ground truths (all, or those of `subset`), from stored answers."""
        resolved_versions = [self.container.resolver.readable(tag) for tag in tags]
        return compare_versions(
            self.bases, self.container.outcomes, resolved_versions, subset or Subset("ground-truth")
        )

    def votes(self, tags: Sequence[str], subset: Subset | None = None) -> VoteResult:
        """What most versions answer, and where they disagree, from stored answers.

        subset: the ground truths that judge it; all without one
        """
        resolved_versions = [self.container.resolver.readable(tag) for tag in tags]
        return vote(self.bases, self.container.outcomes, resolved_versions, subset or Subset("ground-truth"))

    def cascade(self, first: str, second: str, subset: Subset | None = None, differs: float = 0.03) -> CascadeResult:
        """The confidence below which `second` is to be asked, so that few tasks differ from its answers; from stored
        answers.

        subset: the ground truths that accuracy is counted on; all without one
        differs: the share of all tasks that may differ
        """
        versions = [self.container.resolver.readable(tag) for tag in (first, second)]
        parts, chosen = self.container, subset or Subset("ground-truth")
        return cascade_of(self.bases, parts.outcomes, versions, chosen, differs)

    def calibrate(self, tag: str, subset: Subset | None = None) -> CalibrationResult:
        """Measures a version's confidence on its ground truths, and saves a calibrator if that helps."""
        resolved = self.container.resolver.readable(tag)
        return calibrate_version(self.container.calibrations, resolved, self._judged(resolved, subset))

    def _judged(self, resolved: ResolvedVersion, subset: Subset | None) -> JudgedVersion:
        return judged(self.bases, self.container.outcomes, resolved, subset or Subset("ground-truth"))

    def uncalibrate(self, tag: str) -> bool:
        """Raw confidences are pushed again; False if they were already."""
        return self.container.calibrations.remove(self.container.prompts.get(tag))

    def confidence_threshold(self, tag: str, accuracy: float, subset: Subset | None = None) -> ConfidenceThreshold:
        """The lowest confidence that guarantees an accuracy, with 95 % confidence."""
        resolved = self.container.resolver.readable(tag)
        return confidence_threshold(resolved, self._guaranteeing(resolved, subset), accuracy)

    def wrong_share_threshold(self, tag: str, share: float, subset: Subset | None = None) -> ConfidenceThreshold:
        """The lowest confidence from which at most this share of all tasks gets a wrong answer."""
        resolved = self.container.resolver.readable(tag)
        return wrong_share_threshold(resolved, self._guaranteeing(resolved, subset), share)

    def _guaranteeing(self, resolved: ResolvedVersion, subset: Subset | None) -> JudgedVersion:
        parts = self.container
        guaranteeing = Guaranteeing(self.bases, parts.outcomes, parts.run_store)
        return guaranteeing.judged(resolved, subset or Subset("ground-truth"))

    def accuracy_from(self, tag: str, least: float, subset: Subset | None = None) -> AccuracyFrom:
        """The accuracy of a version's answers with a confidence of `least` (0 to 1) or more, on the ground truths that
        a guarantee may use."""
        resolved = self.container.resolver.readable(tag)
        return accuracy_from(self._guaranteeing(resolved, subset).random_scored_answers(), least)

    def shares(self, tag: str) -> ShareEstimate:
        """How often each label occurs in the project of a version, from its stored answers and the ground truths."""
        parts = self.container
        return estimate_shares(self.bases, parts.outcomes, parts.resolver.readable(tag))

    def people(self, tag: str) -> HumanAgreement:
        """How far people who annotated the same tasks agree with each other, and with a version."""
        parts = self.container
        return agreement_of_people(parts.drawing, parts.outcomes, parts.resolver.readable(tag))

    def draw(self, project: int, size: int) -> DrawnTasks:
        """Draws `size` tasks of a project at random, for people to label."""
        return self.container.drawing.draw(project, size)

    def draw_active(self, tag: str, size: int) -> DrawnTasks:
        """Draws tasks of which a version is unsure, for people to label, until about `size` are left to label."""
        return draw_active(self.bases, self.container.outcomes, self.container.resolver.readable(tag), size)

    def drawn_accuracy(self, finished: RunResult) -> DrawnAccuracy:
        """What an evaluation rests on."""
        resolved = self.container.resolver.readable(finished.run.tag)
        left_out = finished.evaluation.left_out if finished.evaluation else NOTHING
        truths = [truth.task_id for truth in finished.truths]
        basis = self.bases.of(resolved.project.id, [resolved.version], finished.subset, truths, left_out)
        accuracy = drawn_accuracy(basis, finished.judged, finished.truths, resolved.schema)
        scored = scored_answers_of(finished.judged, finished.truths, resolved.schema)
        accuracy = with_weights(accuracy, self.container.outcomes, resolved, scored)
        accuracy = replace(accuracy, likeness=representativeness_of(self.container.outcomes, resolved, basis))
        if finished.subset.split != LEARN.rest:
            return accuracy
        version = resolved.version
        return replace(accuracy, look=count_look(LookStore(self.container.store), version, version, truths))

    def audit(self, project: int, subset: Subset | None = None) -> Audit:
        """Ground truths that may be wrong, among all or those of `subset`."""
        parts = self.container
        return audit_project(self.bases, parts.outcomes, parts.resolver, project, subset or Subset("ground-truth"))

    def export(self, tag: str, kind: str, path: Path | None, truth: str = "ground-truth") -> int:
        """Writes the outcomes of a version's tasks as csv, jsonl or parquet, to a file or to standard output.

        Returns the number of rows.
        """
        resolved = self.container.resolver.readable(tag)
        return export(ExportedRows(self.container.studio, self.container.outcomes, resolved, truth), kind, path)

    def export_chat(self, tag: str, options: ChatExportOptions) -> ChatExport:
        """Writes the ground truths of a version as files for fine-tuning."""
        resolved = self.container.resolver.resolved(tag)
        builder = self.container.labeler.builder(resolved)
        return ChatExporter(self.container.studio, resolved, builder).export(options)

    def report(self, tag: str, against: str | None = None, subset: Subset | None = None) -> Report:
        """A report on a version with the ground truths (all, or those of `subset`).

        against: a version to compare it with
        """
        other = self.container.resolver.readable(against) if against else None
        parts = self.container
        sources = ReportSources(self.bases, parts.outcomes, parts.resolver, CanaryStore(parts.store))
        return report(sources, self.container.resolver.readable(tag), other, subset or Subset("ground-truth"))
