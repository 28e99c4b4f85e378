"""Report on a version: collects what the database and Label Studio know about it and the prompt's other versions."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.chat.judged import judge
from backend.domain.dataset.ground_truth import gone_labels
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import of_samples
from backend.domain.outcome import Outcome, Truth
from backend.domain.prompts.differences import Setup, differences
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.cascade_curve import StepAnswers
from backend.domain.reports.history_line import HistoryLine, line_of
from backend.domain.reports.report import Report, ReportBasis, VersionAnswers, make_report
from backend.errors import ConfigChangedError, PromptError, RunError
from backend.services.analysis.compare import alike, setup_of
from backend.services.analysis.representativeness import representativeness_of
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.prompts.resolver import Resolver
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class ReportSources:
    """What a report is gathered from."""

    bases: TruthBases
    stored: StoredOutcomes
    resolver: Resolver
    canaries: CanaryStore

    @property
    def studio(self) -> LabelStudioClient:
        return self.bases.drawing.studio


def report(
    sources: ReportSources, resolved: ResolvedVersion, against: ResolvedVersion | None, subset: Subset
) -> Report:
    """Of what is stored: nothing is asked. `subset`: which ground truths.

    Raises SubsetError when there are none, RunError when a version has no answer to any task
    that has one, PromptError for two versions of different projects.
    """
    if against is not None:
        resolved, against = _alike(resolved, against)
    judged = [item.version for item in (resolved, against) if item]
    base = ground_truths(sources.studio, resolved.project, resolved.schema, subset, judged)
    tasks = [task for page in base.pages for task in page]
    link = sources.studio.task_url(resolved.project.id, "")
    ids = {task.id for task in tasks}
    basis = sources.bases.of(resolved.project.id, judged, subset, ids, base.left_out)
    ground = ReportBasis(resolved.project.title, link, tasks, base.truths, base.left_out, resolved.schema, basis)
    current = _answers(sources.stored, resolved, ids)
    before = _answers(sources.stored, against, ids) if against else None
    by_version = {item.version.tag: item.outcomes for item in (current, before) if item}
    versions = _versions(sources.stored, resolved.version, against.version if against else None)
    past = _History(sources, resolved, ground, by_version)
    made = make_report(current, before, ground, [past.line(version) for version in versions])
    canary, likeness = sources.canaries.newest(resolved.version), representativeness_of(sources.stored, resolved, basis)
    return replace(made, canary=canary, likeness=likeness)


def _alike(resolved: ResolvedVersion, against: ResolvedVersion) -> list[ResolvedVersion]:
    """Both, read with what their labelling configs have in common."""
    if against.version.tag == resolved.version.tag:
        raise PromptError(f"{resolved.version.tag} can't be compared with itself: name another version.")
    if against.project.id != resolved.project.id:
        raise PromptError(
            f"{against.version.tag} is for project {against.project.id}, {resolved.version.tag} for "
            f"{resolved.project.id}: compare versions of one project."
        )
    return alike([resolved, against])


@dataclass(frozen=True, slots=True)
class _History:
    """`by_version`: answers of versions that were read already."""

    sources: ReportSources
    resolved: ResolvedVersion
    ground: ReportBasis
    by_version: Mapping[str, Sequence[Outcome]]

    def line(self, version: PromptVersion) -> HistoryLine:
        differs = tuple(item.what for item in differences(self._setup(version), self._setup(self.resolved.version)))
        if version.tag in self.by_version:
            return self._line(version, self.by_version[version.tag], self.ground.truths, differs)
        try:
            read, _ = alike([self.sources.resolver.read_by(version, self.resolved.project), self.resolved])
        except ConfigChangedError:
            return HistoryLine(version, differs=differs)
        if len(read.schema.fields) < len(self.resolved.schema.fields):
            return HistoryLine(version, differs=differs)
        truths = [truth for truth in self.ground.truths if not gone_labels(truth.answer, read.schema)]
        outcomes = _outcomes(self.sources.stored, read, {truth.task_id for truth in truths})
        return self._line(version, outcomes, truths, differs)

    def _line(
        self, version: PromptVersion, outcomes: Sequence[Outcome], truths: Sequence[Truth], differs: tuple[str, ...]
    ) -> HistoryLine:
        return line_of(version, outcomes, truths, self.ground.schema, differs)

    def _setup(self, version: PromptVersion) -> Setup:
        return setup_of(self.sources.stored, version)


def _answers(stored: StoredOutcomes, resolved: ResolvedVersion, tasks: Container[int]) -> VersionAnswers:
    outcomes = _outcomes(stored, resolved, tasks)
    if not outcomes:
        tag = resolved.version.tag
        subset = Subset("ground-truth")
        raise RunError(
            f"{tag} has no answer to a task with a ground truth:", Advice.RUN_ON_TRUTHS, tag=tag, subset=subset
        )
    samples = {o.task_id: of_samples(o.digest, resolved.version.samples) for o in outcomes if o.digest}
    completions = stored.store.completions([digest for digests in samples.values() for digest in digests])
    raw = {}
    for task, digests in samples.items():
        chosen = (
            judge(completions.get(digest, []), resolved.origin or resolved.schema).completion for digest in digests
        )
        if texts := [completion.text for completion in chosen if completion is not None]:
            raw[task] = "\n".join(texts)
    steps = StepAnswers(*stored.of_steps(resolved, tasks)) if resolved.version.cascade else None
    return VersionAnswers(resolved.version, outcomes, raw, stored.servers(resolved.version.tag), steps)


def _versions(stored: StoredOutcomes, version: PromptVersion, against: PromptVersion | None) -> Sequence[PromptVersion]:
    versions = stored.store.versions(version.name)
    return [*([against] if against and against.name != version.name else []), *versions]


def _outcomes(stored: StoredOutcomes, resolved: ResolvedVersion, tasks: Container[int]) -> list[Outcome]:
    return [outcome for page in stored.of_version(resolved, only=tasks) for outcome in page]
