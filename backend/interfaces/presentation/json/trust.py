"""How far a confidence, a ground truth or a label can be trusted."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backend.domain.calibration.wrong_share import WrongShare
from backend.domain.dataset.draw import TruthBasis
from backend.domain.metrics.label_shares import LabelShare
from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.services.analysis.audit import Audit
    from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
    from backend.services.analysis.confidence_threshold import ConfidenceThreshold
    from backend.services.analysis.drawn_accuracy import DrawnAccuracy
    from backend.services.analysis.shares import ShareEstimate
    from backend.services.dataset.drawing import DrawnTasks

AUDIT_KINDS = ("suspects", "confusions", "duplicates", "disagreements")


def calibration_json(result: "CalibrationResult") -> dict[str, Any]:
    controls = {name: _measured_json(measured) for name, measured in result.controls.items()}
    joint, basis = _measured_json(result.joint), basis_json(result.basis)
    return {"version": result.version, "saved": result.saved, **joint, "controls": controls, "basis": basis}


def _measured_json(measured: "MeasuredConfidence") -> dict[str, Any]:
    """`before` is of the raw confidence, `after` of calibrated ones on held-out folds."""
    calibrator = measured.calibration.calibrator
    return {
        "method": calibrator and calibrator.to_json()["method"],
        "reason": measured.calibration.reason,
        "tasks": measured.calibration.tasks,
        "before": plain(measured.before),
        "after": plain(measured.after),
    }


def threshold_json(result: "ConfidenceThreshold") -> dict[str, Any]:
    """`threshold` is a confidence as the model gives it, `score` the same as it is pushed."""
    threshold = result.lowest
    if isinstance(threshold, WrongShare):
        return _wrong_share_json(result, threshold)
    return {
        "version": result.version,
        "threshold": threshold.threshold,
        "score": result.score,
        "coverage": threshold.coverage,
        "accuracy": threshold.accuracy,
        "accuracy_low": threshold.accuracy_low,
        "tasks": threshold.tasks,
        "method": threshold.method,
        "reason": threshold.reason,
        "ground_truths": basis_json(result.basis),
    }


def _wrong_share_json(result: "ConfidenceThreshold", lowest: WrongShare) -> dict[str, Any]:
    """`wrong_share_high`: of all tasks, with 95 % confidence; `accuracy`: of the answers above, not guaranteed."""
    return {
        "version": result.version,
        "threshold": lowest.threshold,
        "score": result.score,
        "coverage": lowest.coverage,
        "wrong": lowest.wrong,
        "wrong_share_high": lowest.share_high,
        "accuracy": lowest.accuracy,
        "tasks": lowest.tasks,
        "method": lowest.method,
        "reason": lowest.reason,
        "ground_truths": basis_json(result.basis),
    }


def drawn_tasks_json(drawn: "DrawnTasks") -> dict[str, Any]:
    """`drawn` and `open` in the order of the draw; `active`: other tasks, drawn where a version was unsure; `open` of
    both have no ground truth."""
    return {
        "project": drawn.project,
        "tasks": drawn.of,
        "drawn": list(drawn.tasks),
        "open": list(drawn.open),
        "tab": drawn.tab,
        "active": list(drawn.active),
    }


def shares_json(estimate: "ShareEstimate") -> dict[str, Any]:
    """Shares of the answered tasks, 0..1; `by_truths`: from the ground truths alone, because they are too few."""
    return {
        "version": estimate.version,
        "tasks": estimate.tasks,
        "answered": estimate.answered,
        "labels": {share.label: _share_json(share) for share in estimate.shares},
        "ground_truths": basis_json(estimate.basis),
    }


def _share_json(share: LabelShare) -> dict[str, Any]:
    return {
        "by_model": share.by_model,
        "share": share.share,
        "share_ci": list(share.interval),
        "ground_truths": share.truths,
        "by_truths": share.by_truths,
    }


def basis_json(basis: TruthBasis | None) -> dict[str, Any]:
    """`drawn` is null where the project has no draw; `gaps`: drawn tasks without a ground truth that counts; `chose`:
    how many of them chose a version in a search, `left_out`: how many others did and do not count; `active`: how many
    were drawn where a version was unsure, `active_gaps`: such tasks without a ground truth that counts."""
    if basis is None:
        return {"all": 0, "drawn": None, "gaps": [], "chose": 0, "left_out": 0, "active": 0, "active_gaps": []}
    drawn, flattering = None if basis.drawn is None else len(basis.drawn), basis.flattering
    others = len(basis.chosen) - flattering
    return {
        "all": len(basis.truths),
        "drawn": drawn,
        "gaps": list(basis.gaps),
        "chose": flattering,
        "left_out": others,
        "active": len(basis.active),
        "active_gaps": list(basis.active_gaps),
    }


def drawn_accuracy_json(drawn: "DrawnAccuracy") -> dict[str, Any]:
    """`accuracy_drawn_bounds`: of the accuracy on all drawn tasks, if the answers to those without a ground truth are
    all wrong, or all right; `accuracy_weighted`: by the chances of an active draw; `others`: how many other answered
    tasks they were compared with, `differences`: in what they differ."""
    return {
        **basis_json(drawn.basis),
        "accuracy_drawn": drawn.accuracy,
        "accuracy_drawn_ci": plain(drawn.accuracy_ci),
        "accuracy_drawn_bounds": plain(drawn.bounds),
        "accuracy_weighted": drawn.weighted and drawn.weighted.accuracy,
        "accuracy_weighted_ci": drawn.weighted and list(drawn.weighted.interval),
        "others": drawn.likeness.others if drawn.likeness else 0,
        "differences": plain(drawn.likeness.differences) if drawn.likeness else [],
    }


def audit_json(audit: "Audit", kind: str) -> list[Any]:
    """Always a list, the most doubtful first. `kind`: one of AUDIT_KINDS."""
    if kind == "confusions":
        return [{**asdict(pair), "sentence": pair.sentence} for pair in audit.confusions]
    return list(plain(getattr(audit, kind)))
