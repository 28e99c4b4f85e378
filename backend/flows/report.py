"""Report on a version: gathers what the record and Label Studio hold about it and the prompt's other versions."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.core.answers import judge
from backend.core.differences import Setup, differences
from backend.core.digests import of_samples
from backend.core.outcomes import Outcome
from backend.core.prompts import PromptVersion
from backend.core.report import Ground, Line, Report, Said, line_of, make_report
from backend.core.subsets import Subset
from backend.core.truths import gone_labels
from backend.errors import ConfigChangedError, PromptError, RunError
from backend.flows.baseline import ground_truths
from backend.flows.compare import alike, setup_of
from backend.flows.prompts import Bound
from backend.flows.runs import Runs


def report(runs: Runs, bound: Bound, against: Bound | None, subset: Subset) -> Report:
    """Of what is stored: nothing is asked. `subset`: which ground truths.

    Raises SubsetError when there are none, RunError when a version has no answer to any task
    that has one, PromptError for two versions of different projects.
    """
    if against is not None and against.version.tag == bound.version.tag:
        raise PromptError(f"{bound.version.tag} can't be compared with itself: name another version.")
    if against is not None and against.project.id != bound.project.id:
        raise PromptError(
            f"{against.version.tag} is for project {against.project.id}, {bound.version.tag} for {bound.project.id}: "
            "compare versions of one project."
        )
    if against is not None:
        bound, against = alike([bound, against])
    judged = [one.version for one in (bound, against) if one]
    base = ground_truths(runs.studio, bound.project, bound.schema, subset, judged)
    tasks = [task for page in base.pages for task in page]
    link = runs.studio.task_url(bound.project.id, "")
    ground = Ground(bound.project.title, link, tasks, base.truths, base.left_out, bound.schema)
    known = {task.id for task in tasks}
    said = _said(runs, bound, known)
    before = _said(runs, against, known) if against else None
    heard = {one.version.tag: one.outcomes for one in (said, before) if one}
    versions = _versions(runs, bound.version, against.version if against else None)
    past = _History(runs, bound, ground, heard)
    return make_report(said, before, ground, [past.line(version) for version in versions])


@dataclass(frozen=True, slots=True)
class _History:
    """`heard`: what versions said, as far as it was read already."""

    runs: Runs
    bound: Bound
    ground: Ground
    heard: Mapping[str, Sequence[Outcome]]

    def line(self, version: PromptVersion) -> Line:
        differs = tuple(one.what for one in differences(self._setup(version), self._setup(self.bound.version)))
        if version.tag in self.heard:
            return line_of(version, self.heard[version.tag], self.ground, differs)
        try:
            read, _ = alike([self.runs.prompts.read_by(version, self.bound.project), self.bound])
        except ConfigChangedError:
            return Line(version, differs=differs)
        if len(read.schema.fields) < len(self.bound.schema.fields):
            return Line(version, differs=differs)
        truths = [truth for truth in self.ground.truths if not gone_labels(truth.answer, read.schema)]
        outcomes = _outcomes(self.runs, read, {truth.task_id for truth in truths})
        return line_of(version, outcomes, replace(self.ground, truths=truths), differs)

    def _setup(self, version: PromptVersion) -> Setup:
        return setup_of(self.runs, version)


def _said(runs: Runs, bound: Bound, known: Container[int]) -> Said:
    outcomes = _outcomes(runs, bound, known)
    if not outcomes:
        tag = bound.version.tag
        raise RunError(f"{tag} has no answer to a task with a ground truth: `ls-prompts evaluate {tag}` first.")
    samples = {o.task_id: of_samples(o.digest, bound.version.samples) for o in outcomes if o.digest}
    facts = runs.store.completions([digest for digests in samples.values() for digest in digests])
    raw = {}
    for task, digests in samples.items():
        heard = (judge(facts.get(digest, []), bound.origin or bound.schema)[1] for digest in digests)
        if texts := [completion.text for completion in heard if completion is not None]:
            raw[task] = "\n".join(texts)
    return Said(bound.version, outcomes, raw, runs.record.servers(bound.version.tag))


def _versions(runs: Runs, version: PromptVersion, against: PromptVersion | None) -> Sequence[PromptVersion]:
    mine = runs.store.versions(version.name)
    return [*([against] if against and against.name != version.name else []), *mine]


def _outcomes(runs: Runs, bound: Bound, known: Container[int]) -> list[Outcome]:
    return [outcome for page in runs.stored(bound, only=known) for outcome in page]
