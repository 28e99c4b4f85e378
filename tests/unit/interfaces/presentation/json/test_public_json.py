"""What `--json` prints, pinned to the byte: scripts rely on names, order and shape of every result."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.interfaces.cli.commands import commands
from backend.interfaces.presentation.json import connections, evaluation, optimization, projects, prompts, runs, trust
from backend.interfaces.presentation.json.canary import canary_json
from backend.interfaces.presentation.json.cascade import cascade_json
from backend.interfaces.presentation.json.people import people_json
from backend.interfaces.presentation.json.votes import votes_json
from tests.unit.interfaces.presentation.json import samples

PINNED = json.loads((Path(__file__).parent / "public.json").read_text())
TWO = samples.compared("mood@1", "mood@2")

MADE: dict[str, Any] = {
    "doctor": projects.health_checks_json([samples.CHECK]),
    "models": projects.models_json(["a", "b"], default="b"),
    "connections": [connections.connection_json(samples.CONNECTION, learnt=[samples.LEARNT])],
    "test-connection": connections.connection_check_json(samples.CONNECTION_CHECK),
    "list": [prompts.version_json(samples.VERSION)],
    "show": prompts.version_json(samples.VERSION, samples.SAVED_BY, [samples.ACTION]),
    "estimate": runs.estimate_json(samples.ESTIMATE),
    "try": runs.try_json(samples.TRIED),
    "try, rejected": runs.try_json(samples.REJECTED),
    "try, failed": runs.try_json(samples.FAILED),
    "run": runs.run_json(samples.FINISHED),
    "run --background": runs.started_json(samples.RUN),
    "results": runs.task_results_json([samples.RESULT]),
    "results of a cascade": runs.task_results_json([replace(samples.RESULT, model="groq/large")]),
    "evaluate": evaluation.evaluation_json(samples.EVALUATED, samples.EVALUATION, True),
    "evaluate --vs": evaluation.evaluation_json(samples.EVALUATED, samples.EVALUATION, False, TWO, samples.CHECKS),
    "compare": evaluation.comparison_json(TWO),
    "compare, three": evaluation.comparison_json(samples.compared("mood@1", "mood@2", "mood@3")),
    "compare, no ground truths": evaluation.comparison_json(samples.compared("mood@1", "mood@2", truths=0)),
    "calibrate": trust.calibration_json(samples.CALIBRATED),
    "threshold": trust.threshold_json(samples.THRESHOLD),
    "draw": trust.drawn_tasks_json(samples.DRAWN),
    "shares": trust.shares_json(samples.SHARES),
    "threshold --wrong": trust.threshold_json(samples.WRONG_SHARE),
    "threshold, none": trust.threshold_json(samples.NO_THRESHOLD),
    **{f"audit --kind {kind}": trust.audit_json(samples.AUDIT, kind) for kind in trust.AUDIT_KINDS},
    "votes": votes_json(samples.VOTED),
    "people": people_json("mood@1", samples.PEOPLE),
    "canary": canary_json(samples.CANARY),
    "cascade": cascade_json(samples.CASCADE),
    "relabel": prompts.relabelled_json(samples.RELABELLED),
    "relabel --undo": prompts.unrelabelled_json("Refund"),
    "relabel, list": prompts.renames_json(samples.RENAMES),
    "enhance": optimization.optimization_json(samples.ENHANCED),
    "enhance, nothing": optimization.optimization_json(samples.NOT_ENHANCED),
    "runs": [runs.run_status_json(samples.STATUS)],
    "watch": runs.run_status_json(samples.STATUS, samples.SAVED_BY),
    "predictions": projects.project_predictions_json(samples.PREDICTIONS),
    "keep-up": projects.keep_up_json(samples.KEEP_UP),
    "push": projects.push_json(samples.PUSHED),
}


def text(value: Any) -> str:
    """As it is printed, numbers to nine digits: the last of their seventeen differ from processor to processor."""
    short = json.loads(json.dumps(value), parse_float=lambda number: float(f"{float(number):.9g}"))
    return json.dumps(short, indent=2)


@pytest.mark.parametrize("name", PINNED)
def test_the_json_of_a_result_is_what_it_was(name: str) -> None:
    assert text(MADE[name]) == text(PINNED[name])


def test_every_command_that_prints_json_is_pinned() -> None:
    printing = {name for name, command in commands().items() if any(p.name == "json_wanted" for p in command.params)}
    assert {name.partition(" ")[0].rstrip(",") for name in PINNED} == printing
    assert PINNED.keys() == MADE.keys()
