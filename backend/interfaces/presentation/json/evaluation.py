"""Scores of one version, and of versions against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.metrics.comparison import LEVEL, UNDECIDED, VersionPair
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.metrics.quality_gate import GateCheck
from backend.interfaces.presentation.caveats import caveats, comparison_caveats
from backend.interfaces.presentation.json.plain import plain
from backend.interfaces.presentation.json.runs import run_json, summary_json
from backend.interfaces.presentation.json.trust import basis_json

if TYPE_CHECKING:
    from backend.services.analysis.compare import ComparisonResult
    from backend.services.runs.options import RunResult

NO_INTERVALS: Mapping[str, Any] = MappingProxyType({})


def evaluation_json(
    finished: "RunResult",
    evaluation: Evaluation,
    calibrated: bool,
    versus: "ComparisonResult | None" = None,
    checks: Sequence[GateCheck] = (),
) -> dict[str, Any]:
    """What a run says about a version.

    calibrated: whether the confidences that are pushed are calibrated.
    versus: the comparison with another version, where one was asked for.
    checks: what was asked of the version as a gate, where something was.
    """
    return {
        **run_json(finished),
        **_scores_json(finished, evaluation),
        "confidence": {**_confidence_json(evaluation), "calibrated": calibrated},
        **_caveats_json(finished, evaluation),
        **_measures_json(evaluation),
        **({"vs": comparison_json(versus)} if versus else {}),
        **({"checks": [_check_json(check) for check in checks]} if checks else {}),
    }


def stored_evaluation_json(tag: str, evaluation: Evaluation) -> dict[str, Any]:
    """What the stored answers of a version say about it: its tag, scores with their intervals, confidence."""
    return {
        "version": tag,
        "outputs": evaluation.score.outputs,
        **_scores(evaluation),
        "confidence": _confidence_json(evaluation),
        "tasks_needed": evaluation.tasks_needed,
        **_measures_json(evaluation),
        "reasons": evaluation.reasons,
    }


def _check_json(check: GateCheck) -> dict[str, Any]:
    return {"name": check.name, "passed": check.passed, "said": check.detail}


def _scores_json(finished: "RunResult", evaluation: Evaluation) -> dict[str, Any]:
    return _scores(evaluation, {"coverage_ci": finished.summary.coverage_ci})


def _scores(evaluation: Evaluation, before: Mapping[str, Any] = NO_INTERVALS) -> dict[str, Any]:
    """`before`: intervals that stand before those of the scores."""
    scores = asdict(evaluation.score)
    del scores["outputs"]
    intervals = {
        **before,
        "accuracy_ci": evaluation.intervals.accuracy,
        "f1_macro_ci": evaluation.intervals.f1_macro,
        "f1_micro_ci": evaluation.intervals.f1_micro,
        "f1_weighted_ci": evaluation.intervals.f1_weighted,
    }
    return {**plain(scores), **plain(intervals)}


def _measures_json(evaluation: Evaluation) -> dict[str, Any]:
    """What else is measured of a control, beside the labels' scores; nothing where no control has more."""
    controls = {
        control: {name: {"value": measure.value, "ci": plain(measure.interval)} for name, measure in measures.items()}
        for control, measures in evaluation.measures.items()
    }
    return {"controls": controls} if controls else {}


def _confidence_json(evaluation: Evaluation) -> dict[str, Any]:
    measured = plain(evaluation.reliability)
    return {name: measured[name] for name in ("tasks", "brier", "brier_ci", "ece", "ece_by_chance", "ece_chance_high")}


def _caveats_json(finished: "RunResult", evaluation: Evaluation) -> dict[str, Any]:
    subset = finished.subset
    return {
        "tasks_needed": evaluation.tasks_needed,
        "split": str(subset.split) if subset.split else None,
        "left_out": left_out_json(evaluation.left_out),
        "stored_otherwise": {kind: list(tasks) for kind, tasks in evaluation.left_out.otherwise.items()},
        "reasons": evaluation.reasons,
        "remarks": [str(caveat) for caveat in caveats(evaluation, subset)],
    }


def left_out_json(left_out: LeftOut) -> dict[str, Any]:
    """Ids of the tasks whose ground truths do not count, or count although they flatter the prompt (`accepted`)."""
    return {
        "self_predicted": list(left_out.self_predicted),
        "accepted": list(left_out.accepted),
        "unknown_label": {label: list(tasks) for label, tasks in left_out.unknown_labels.items()},
        "used_as_example": list(left_out.examples),
        "unseen": list(left_out.unseen),
    }


def comparison_json(compared: "ComparisonResult") -> dict[str, Any]:
    """The difference, what was fixed and what was broken are about the second version against the first; with more than
    two versions they are in `pairs` alone."""
    comparison = compared.comparison
    pairs = [_pair_with_differences(compared, pair) for pair in comparison.pairs]
    only_pair = pairs[0] if len(pairs) == 1 else dict.fromkeys(pairs[0])
    return {
        "versions": list(compared.versions),
        "tasks": comparison.tasks,
        "accuracy": {tag: comparison.scores[tag].accuracy for tag in compared.versions},
        "accuracy_ci": plain(comparison.accuracy_ci),
        **{name: value for name, value in only_pair.items() if name not in ("first", "second")},
        "p_value": comparison.p_value,
        "verdict": _verdict(compared),
        "pairs": pairs,
        "ground_truths": compared.truths,
        "outputs": plain(comparison.outputs),
        "summaries": {tag: summary_json(summary) for tag, summary in compared.summaries.items()},
        "agreement": [
            {"first": first, "second": second, **plain(agreement)}
            for (first, second), agreement in compared.agreements.items()
        ],
        "subset": str(compared.subset),
        "left_out": left_out_json(compared.left_out),
        "reason": comparison.reason,
        "remarks": [str(caveat) for caveat in comparison_caveats(compared)],
        "basis": basis_json(compared.basis),
    }


def pair_json(pair: VersionPair) -> dict[str, Any]:
    """The second version against the first."""
    return {
        "first": pair.first,
        "second": pair.second,
        "difference": pair.difference,
        "difference_ci": plain(pair.difference_ci),
        "fixed": len(pair.fixed),
        "broken": len(pair.broken),
        "p_value": pair.p_value,
        "verdict": pair.verdict,
        "fixed_tasks": list(pair.fixed),
        "broken_tasks": list(pair.broken),
        "f1_differences": plain(pair.f1_differences),
    }


def _pair_with_differences(compared: "ComparisonResult", pair: VersionPair) -> dict[str, Any]:
    look = compared.looks.get((pair.first, pair.second))
    differences = plain(compared.differences[pair.first, pair.second])
    return {**pair_json(pair), "differences": differences, "look": None if look is None else look.number}


def _verdict(compared: "ComparisonResult") -> str:
    pairs = compared.comparison.pairs
    if len(pairs) == 1:
        return pairs[0].verdict
    p_value = compared.comparison.p_value
    return UNDECIDED if p_value is None or p_value >= LEVEL else "different"
