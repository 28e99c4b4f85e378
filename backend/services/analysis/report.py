"""Report on a version: gathers what the record and Label Studio hold about it and the prompt's other versions."""

from collections.abc import Container, Sequence

from backend.domain.chat.response_parser import judge
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import of_samples
from backend.domain.outcome import Outcome
from backend.domain.prompts.version import PromptVersion
from backend.domain.reports.report import HistoryLine, Report, ReportBasis, VersionAnswers, line_of, make_report
from backend.errors import PromptError, RunError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.runs.lifecycle import Runs


def report(runs: Runs, resolved: ResolvedVersion, against: ResolvedVersion | None, subset: Subset) -> Report:
    """Of what is stored: nothing is asked. `subset`: which ground truths.

    Raises SubsetError when there are none, RunError when a version has no answer to any task
    that has one, PromptError for two versions of different projects.
    """
    if against is not None and against.version.tag == resolved.version.tag:
        raise PromptError(f"{resolved.version.tag} can't be compared with itself: name another version.")
    if against is not None and against.project.id != resolved.project.id:
        raise PromptError(
            f"{against.version.tag} is for project {against.project.id}, {resolved.version.tag} for "
            f"{resolved.project.id}: compare versions of one project."
        )
    judged = [one.version for one in (resolved, against) if one]
    base = ground_truths(runs.studio, resolved.project, resolved.schema, subset, judged)
    tasks = [task for page in base.pages for task in page]
    link = runs.studio.task_url(resolved.project.id, "")
    ground = ReportBasis(resolved.project.title, link, tasks, base.truths, base.left_out, resolved.schema)
    known = {task.id for task in tasks}
    said = _said(runs, resolved, known)
    before = _said(runs, against, known) if against else None
    heard = {one.version.tag: one.outcomes for one in (said, before) if one}
    history = []
    for version in _versions(runs, resolved.version, against.version if against else None):
        if not resolved.schema.fits(version.schema_digest):
            history.append(HistoryLine(version))
            continue
        outcomes = heard.get(version.tag)
        if outcomes is None:
            outcomes = _outcomes(runs, ResolvedVersion(version, resolved.project, resolved.schema), known)
        history.append(line_of(version, outcomes, ground))
    return make_report(said, before, ground, history)


def _said(runs: Runs, resolved: ResolvedVersion, known: Container[int]) -> VersionAnswers:
    outcomes = _outcomes(runs, resolved, known)
    if not outcomes:
        tag = resolved.version.tag
        raise RunError(f"{tag} has no answer to a task with a ground truth: `ls-prompts evaluate {tag}` first.")
    samples = {o.task_id: of_samples(o.digest, resolved.version.samples) for o in outcomes if o.digest}
    facts = runs.store.completions([digest for digests in samples.values() for digest in digests])
    raw = {}
    for task, digests in samples.items():
        heard = (judge(facts.get(digest, []), resolved.schema)[1] for digest in digests)
        if texts := [completion.text for completion in heard if completion is not None]:
            raw[task] = "\n".join(texts)
    return VersionAnswers(resolved.version, outcomes, raw)


def _versions(runs: Runs, version: PromptVersion, against: PromptVersion | None) -> Sequence[PromptVersion]:
    mine = runs.store.versions(version.name)
    return [*([against] if against and against.name != version.name else []), *mine]


def _outcomes(runs: Runs, resolved: ResolvedVersion, known: Container[int]) -> list[Outcome]:
    return [outcome for page in runs.outcomes.of_version(resolved, only=known) for outcome in page]
