"""How far a confidence, a ground truth or a label can be trusted."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.services.analysis.audit import Audit
    from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
    from backend.services.analysis.confidence_threshold import ConfidenceThreshold

AUDIT_KINDS = ("suspects", "confusions", "duplicates", "disagreements")


def calibration_json(result: "CalibrationResult") -> dict[str, Any]:
    controls = {name: _measured_json(measured) for name, measured in result.controls.items()}
    return {"version": result.version, "saved": result.saved, **_measured_json(result.joint), "controls": controls}


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
    }


def audit_json(audit: "Audit", kind: str) -> list[Any]:
    """Always a list, the most doubtful first. `kind`: one of AUDIT_KINDS."""
    if kind == "confusions":
        return [{**asdict(pair), "sentence": pair.sentence} for pair in audit.confusions]
    return list(plain(getattr(audit, kind)))
