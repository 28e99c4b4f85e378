"""Answers from outside: what other programs say about the tasks of a run.

They stand beside what the version's own model said and never in its place: no score, push or later request counts them.
"""

from typing import Any

from backend.domain.outcome import Failure, Rejection
from backend.domain.outside_answer import OutsideAnswer
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.answers import OutsideTaskItem
from backend.interfaces.web.api.bodies import FailuresBody, PredictionsBody, body
from backend.interfaces.web.api.call import ApiCall
from backend.services.analysis.outside_results import OutsideResult


def add_predictions(call: ApiCall) -> Any:
    """The same once more changes nothing: the SDK repeats a request whose answer was lost."""
    sent = body(PredictionsBody)
    run = call.objects.run(sent.modelrun_id).run
    answers = [OutsideAnswer(item.task_id, item.output, cost_usd=item.total_cost_usd) for item in sent.results]
    call.app.add_outside_answers(run, answers)
    return {"job_id": sent.job_id or run.id, "results": [item.model_dump() for item in sent.results]}


def add_failures(call: ApiCall) -> Any:
    sent = body(FailuresBody)
    run, failed = call.objects.run(sent.modelrun_id).run, sent.failed_predictions
    answers = [OutsideAnswer(item.task_id, None, Failure(item.error_type, item.message)) for item in failed]
    call.app.add_outside_answers(run, answers)
    return {"job_id": sent.job_id or run.id, "failed_predictions": [item.model_dump() for item in failed]}


def list_answers(call: ApiCall, run: int) -> Any:
    return [_shape(result) for result in call.app.outside_results(call.objects.run(run).run)]


def _shape(result: OutsideResult) -> OutsideTaskItem:
    sent, verdict = result.sent, result.verdict
    return {
        "id": sent.task_id,
        "prediction": None if result.answer is None else shapes.answer(result.answer),
        "ground_truth": None if result.truth is None else shapes.answer(result.truth),
        "score": None if result.correct is None else float(result.correct),
        "error": shapes.error(verdict) if isinstance(verdict, Rejection | Failure) else None,
        "cost_usd": sent.cost_usd,
        "created_by": shapes.user(sent.user_id, sent.user_email),
        "created_at": sent.created,
    }
