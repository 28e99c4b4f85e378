"""What people and scripts are shown of calibrations and promises; and what annotate says of the tasks it leaves."""

import json
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from click.testing import CliRunner

from backend.domain.calibration.fit import Calibration, calibrate
from backend.domain.calibration.reliability import reliability
from backend.domain.calibration.scored_answers import ScoredAnswer
from backend.domain.calibration.threshold import threshold
from backend.domain.calibration.wrong_share import wrong_share
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING
from backend.domain.dataset.split import Split
from backend.domain.dataset.subset import Subset
from backend.interfaces.cli.commands import calibrate as shown
from backend.interfaces.cli.commands.predictions import _notify_others
from backend.interfaces.cli.main import cli
from backend.interfaces.presentation.json.trust import calibration_json, threshold_json
from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
from backend.services.analysis.confidence_threshold import ConfidenceThreshold
from backend.services.auto_accept import ChosenTasks
from tests.installation import Installation
from tests.scripted import version

ALL = Subset("ground-truth")
BASIS = TruthBasis((1, 2))


def claims(tasks: int = 200) -> list[ScoredAnswer]:
    """Of a model that is right on two of three, and says nine of ten."""
    rng = numpy.random.default_rng(1)
    return [ScoredAnswer(number, float(rng.uniform(0.8, 1)), bool(rng.random() < 0.67)) for number in range(tasks)]


def calibrating(found: list[ScoredAnswer], removed: bool = False) -> CalibrationResult:
    made = calibrate(found)
    measured = MeasuredConfidence(reliability(found), made, reliability(made.held_out) if made.calibrator else None)
    return CalibrationResult("mood@1", measured, {}, made.calibrator is not None, removed, NOTHING, TruthBasis((1,)), 7)


def test_a_calibration_that_helps(capsys: pytest.CaptureFixture[str]) -> None:
    found = calibrating(claims())
    shown._print_calibration(found)
    out, err = capsys.readouterr()
    assert "calibrated, held out" in out
    assert "Helps: " in out
    assert "`ls-prompts push mood@1`" in err
    told = calibration_json(found)
    assert (told["saved"], told["tasks"], told["reason"]) == (True, 200, None)
    assert told["method"] in ("logistic", "isotonic")


def test_too_little_ground_truth(capsys: pytest.CaptureFixture[str]) -> None:
    found = calibrating([ScoredAnswer(1, 0.5, True), ScoredAnswer(2, None, False)])
    shown._print_calibration(found)
    out, err = capsys.readouterr()
    assert "Too little ground truth: it takes 10 right and 10 wrong answers" in out
    assert "Nothing was changed." in err
    assert calibration_json(found)["method"] is None


def test_no_confidence_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    shown._print_calibration(calibrating([ScoredAnswer(1, None, True)], removed=False))
    assert capsys.readouterr().out == "mood@1\nNo answer to a task with a ground truth has a confidence.\n\n", (
        "no table"
    )


def test_a_calibration_that_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    found = calibrating([ScoredAnswer(1, 0.5, True)], removed=True)
    shown._print_calibration(found)
    assert "The calibration saved before is removed." in capsys.readouterr().err


def test_a_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    found = threshold([ScoredAnswer(n, 0.5 + n / 400, True) for n in range(200)], 0.95)
    shown._print(ConfidenceThreshold("mood@1", found, 0.25, NOTHING, BASIS, 7), ALL)
    out, err = capsys.readouterr()
    assert f"{found.threshold!r}" in out
    assert "0.25" in out
    assert "annotate mood@1 --accuracy 0.95" in err
    told = threshold_json(ConfidenceThreshold("mood@1", found, 0.25, NOTHING, BASIS, 7))
    assert told.keys() >= {"threshold", "coverage", "accuracy", "tasks", "method"}


def test_a_threshold_of_a_part_is_handed_on_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """--accuracy would look for another, with all ground truths."""
    found = threshold([ScoredAnswer(n, 0.5 + n / 700, True) for n in range(200)], 0.95)
    shown._print(ConfidenceThreshold("mood@1", found, 0.25, NOTHING, BASIS, 7), replace(ALL, split=Split("test", 0.5)))
    assert f"annotate mood@1 --min-confidence {found.threshold!r}`" in capsys.readouterr().err


def test_no_threshold_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    found = threshold([ScoredAnswer(1, 0.9, True)], 0.97)
    shown._print(ConfidenceThreshold("mood@1", found, None, NOTHING, BASIS, 7), ALL)
    assert "No confidence of mood@1 guarantees an accuracy of 0.97. It takes at least 106" in capsys.readouterr().out
    assert threshold_json(ConfidenceThreshold("mood@1", found, None, NOTHING, BASIS, 7))["threshold"] is None


def test_a_share_of_all_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    found = ConfidenceThreshold("mood@1", wrong_share(claims_of(100, {50, 60}), 0.05), 0.25, NOTHING, BASIS, 7)
    shown._print(found, ALL)
    out, err = capsys.readouterr()
    assert "of 100 ground truths; at most 0.047 of all tasks" in out
    assert "of the answers above it, not guaranteed" in out
    assert "annotate mood@1 --min-confidence" in err
    told = threshold_json(found)
    assert (told["wrong"], told["tasks"], told["wrong_share_high"]) == (1, 100, pytest.approx(0.0466, abs=0.0001))


def test_no_share_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    found = ConfidenceThreshold("mood@1", wrong_share(claims_of(9, set()), 0.05), None, NOTHING, BASIS, 7)
    shown._print(found, ALL)
    assert "guarantees that at most 0.05 are wrong. It takes at least 59 ground truths" in capsys.readouterr().out
    assert threshold_json(found)["threshold"] is None


def claims_of(tasks: int, wrong: set[int]) -> list[ScoredAnswer]:
    return [ScoredAnswer(n, 1 - n / 1000, n not in wrong) for n in range(tasks)]


def test_annotate_says_which_predictions_stay(capsys: pytest.CaptureFixture[str]) -> None:
    _notify_others(ChosenTasks(0.75, [1], unsure=2000, annotated=1, unlike=3), "mood@1")
    told = capsys.readouterr().err
    assert "1 prediction with a confidence of at least 0.75; 2,000 less confident predictions are left alone." in told
    assert "Skipped, because there are annotations already: 1 task." in told
    assert "3 answers not in Label Studio as stored: run `ls-prompts push mood@1` first." in told


@pytest.mark.parametrize(
    "argv",
    [
        ["annotate", "mood@1", "--min-confidence", "0.5", "--accuracy", "0.9"],
        ["annotate", "mood@1", "--min-confidence", "1.5"],
        ["annotate", "mood@1", "--accuracy", "1"],
        ["threshold", "mood@1", "--accuracy", "0.9", "--wrong", "0.1"],
        ["threshold", "mood@1", "--wrong", "1"],
        ["threshold", "mood@1", "--accuracy", "0"],
    ],
)
def test_wrong_use_is_a_mistake_in_usage(argv: list[str]) -> None:
    assert CliRunner().invoke(cli, argv).exit_code == 2


@pytest.mark.slow
def test_a_calibration_knows_whether_there_was_enough() -> None:
    assert calibrate(claims()).enough
    assert not Calibration(3, reason="Too little.").enough


def test_removing_says_so_in_json_too(tmp_path: Path) -> None:
    mine = Installation.made(tmp_path, "http://127.0.0.1:1")
    mine.app.container.store.save(version(name="mood", project=7))
    done = CliRunner().invoke(cli, ["calibrate", "mood@1", "--remove", "--json"], env=mine.env)
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"version": "mood@1", "removed": False})
    assert done.stderr == "No calibration is saved with mood@1.\n"
