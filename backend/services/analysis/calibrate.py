"""Calibrates a version: measures how well its confidence matches its accuracy, and saves a calibrator that improves it.

Everything is derived from stored answers and ground truths; no model is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.calibrations import CalibrationStore
from backend.domain.calibration.calibrators import Calibrators
from backend.domain.calibration.fit import Calibration, calibrate
from backend.domain.calibration.reliability import Reliability, reliability
from backend.domain.calibration.scored_answers import ScoredAnswer, scored_answers_of
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Outcome, Truth
from backend.services.analysis.compare import not_asked
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import ground_truths
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes


@dataclass(frozen=True, slots=True)
class JudgedVersion:
    """A version's answers to tasks with a ground truth.

    basis: what these ground truths rest on
    to_gaps: its answers to the gaps of the draw
    """

    outcomes: Sequence[Outcome]
    truths: Sequence[Truth]
    left_out: LeftOut
    schema: LabelSchema
    basis: TruthBasis
    to_gaps: Sequence[Outcome] = ()

    def scored_answers(self, control: str | None = None) -> list[ScoredAnswer]:
        """The scored answers: whole answers, or the values of one control."""
        return scored_answers_of(self.outcomes, self.truths, self.schema, control)

    def without_chosen(self) -> "JudgedVersion":
        """The same without ground truths on which the version was chosen."""
        chosen = set(self.basis.chosen)
        truths = [truth for truth in self.truths if truth.task_id not in chosen]
        return replace(self, truths=truths, basis=self.basis.without_chosen())

    def random_scored_answers(self) -> list[ScoredAnswer]:
        """What a guarantee for the whole project may use: those of drawn tasks, of which one without a ground truth
        counts as wrong, as if the version were certain where it was not asked (Manski's worst case). All of them where
        nothing was drawn."""
        if self.basis.drawn is None:
            return self.scored_answers()
        drawn, sure = set(self.basis.drawn), {o.task_id: o.confidence for o in self.to_gaps if o.spoke}
        gaps = [ScoredAnswer(task, sure.get(task, 1.0), False) for task in self.basis.gaps]
        return [*(answer for answer in self.scored_answers() if answer.task_id in drawn), *gaps]


@dataclass(frozen=True, slots=True)
class MeasuredConfidence:
    """The reliability of a confidence `before` calibration and, if that helps, `after` it on held-out folds."""

    before: Reliability
    calibration: Calibration
    after: Reliability | None


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """The result of a calibration.

    joint: of whole answers
    controls: of each control's values, if there are several
    saved: whether scores are calibrated from now on
    removed: whether they were calibrated until now
    basis: what it rests on
    project: of the version
    """

    version: str
    joint: MeasuredConfidence
    controls: Mapping[str, MeasuredConfidence]
    saved: bool
    removed: bool
    left_out: LeftOut
    basis: TruthBasis
    project: int


def judged(bases: TruthBases, stored: StoredOutcomes, resolved: ResolvedVersion, subset: Subset) -> JudgedVersion:
    """Raises NoTruthsError without ground truths, RunError for a version that was asked about none of them."""
    project = resolved.project
    base = ground_truths(bases.drawing.studio, project, resolved.schema, subset, [resolved.version])
    tasks = {truth.task_id for truth in base.truths}
    basis = bases.of(project.id, [resolved.version], subset, tasks, base.left_out)
    stored_answers = [o for page in stored.of_version(resolved, {*tasks, *basis.gaps}) for o in page]
    outcomes = [outcome for outcome in stored_answers if outcome.task_id in tasks]
    if not any(outcome.spoke for outcome in outcomes):
        raise not_asked(resolved.version.tag, len(tasks), subset)
    to_gaps = [outcome for outcome in stored_answers if outcome.task_id not in tasks]
    return JudgedVersion(outcomes, base.truths, base.left_out, resolved.schema, basis, to_gaps)


def calibrate_version(
    calibrations: CalibrationStore, resolved: ResolvedVersion, judged_version: JudgedVersion
) -> CalibrationResult:
    """Saves the calibrators that help. Where none does, one saved earlier goes; with too little ground truth to tell,
    everything stays as it is. `judged_version`: what `judged` says of the version."""
    names = [field.name for field in resolved.schema.fields]
    joint = _measured(judged_version.scored_answers())
    controls = {name: _measured(judged_version.scored_answers(name)) for name in names} if len(names) > 1 else {}
    helping = {name: c for name, control in controls.items() if (c := control.calibration.calibrator) is not None}
    calibrators = Calibrators(joint.calibration.calibrator, helping)
    helps = calibrators.joint is not None or bool(helping)
    removed = False
    if helps:
        calibrations.save(resolved.version, calibrators, joint.calibration.tasks)
    elif joint.calibration.enough:
        removed = calibrations.remove(resolved.version)
    return CalibrationResult(
        version=resolved.version.tag,
        joint=joint,
        controls=controls,
        saved=helps,
        removed=removed,
        left_out=judged_version.left_out,
        basis=judged_version.basis,
        project=resolved.project.id,
    )


def _measured(scored: Sequence[ScoredAnswer]) -> MeasuredConfidence:
    fitted = calibrate(scored)
    return MeasuredConfidence(reliability(scored), fitted, reliability(fitted.held_out) if fitted.calibrator else None)
