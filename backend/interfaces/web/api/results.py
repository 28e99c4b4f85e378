"""Results: the tasks of a subset with what a version said of them, and the indicators of a run."""

from collections.abc import Callable
from typing import Any

from backend.domain.answer import Answer
from backend.domain.answer_json import answer_json
from backend.domain.dataset.subset import SAMPLE_SIZE, Subset
from backend.domain.labels.controls.spans.marking import classes_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.statistics.intervals import ratio, wilson
from backend.interfaces.web.api import shapes
from backend.interfaces.web.api.bodies import TasksQuery, numbers, query
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.paging import ordered, paged
from backend.interfaces.web.api.runs import subset_of
from backend.interfaces.web.problem import Problem
from backend.services.analysis.answered_tasks import AnsweredTask
from backend.services.analysis.outside_results import OutsideResult
from backend.services.public_objects import PublicVersion
from backend.services.run_control.status import RunStatus

ORDERS: dict[str, Callable[[AnsweredTask], Any]] = {
    "id": lambda item: item.task.id,
    "score": lambda item: item.correct,
    "confidence": lambda item: item.outcome.confidence,
}


def subsets(call: ApiCall, project: int) -> Any:
    """The subsets that a run may take, with the number of their tasks."""
    tasks = call.objects.project(project).tasks
    truths = call.app.ground_truths(project)
    counts = {"All": tasks, "HasGT": truths, "Sample": min(SAMPLE_SIZE, tasks)}
    return [{"subset": name, "count": count, "columns_schema": []} for name, count in counts.items()]


def subset_tasks(call: ApiCall, project: int) -> Any:
    """Tasks with the answers of a version; several versions: those that all of them answered; of a run: its tasks."""
    parameters = query(TasksQuery)
    call.objects.project(project)
    versions = _versions(call, project, parameters)
    items = _common([call.app.answered_tasks(version.version.tag) for version in versions])
    if parameters.model_run is not None or parameters.project_subset == "Sample":
        task_ids = _task_ids(call, versions[0], parameters.model_run)
        items = [item for item in items if item.task.id in task_ids]
    matching = [item for item in _among(items, parameters) if _is_wanted(item, parameters)]
    page = paged(ordered(matching, parameters.ordering, ORDERS), parameters)
    rows = [shapes.task(item) for item in page["results"]]
    inside = {"task_count": page["count"], "next_cursor": None, "previous_cursor": None, "task_result_list": rows}
    return page | {"results": [inside]}


def _among(items: list[AnsweredTask], parameters: TasksQuery) -> list[AnsweredTask]:
    """Those with a ground truth, and with the output, that were asked for."""
    if parameters.project_subset == "HasGT":
        items = [item for item in items if item.truth is not None]
    label, control = parameters.output_class, parameters.output_from_name
    if label is None:
        return items
    return [item for item in items if label in _labels(item.outcome.answer or {}, control, item.schema)]


def _task_ids(call: ApiCall, of: PublicVersion, run: int | None) -> set[int]:
    """The tasks of the run that was named, else of the newest run on a sample; without such a run, those that it would
    take."""
    if run is not None:
        return {outcome.task_id for outcome in call.app.outcomes(call.objects.run(run).run.id)}
    runs = (item.run for item in call.objects.runs(of))
    sampled = next((r for r in runs if isinstance(r.scope, Subset) and r.scope.kind == "sample"), None)
    if sampled is not None:
        return {outcome.task_id for outcome in call.app.outcomes(sampled.id)}
    return set(call.app.task_ids(of.version.tag, subset_of("Sample")))


def list_indicators(call: ApiCall, run: int) -> Any:
    return [{"key": key, **value} for key, value in _indicators(call, run).items()]


def get_indicator(call: ApiCall, run: int, key: str) -> Any:
    indicators = _indicators(call, run)
    if key not in indicators:
        raise Problem(404, f"There is no indicator '{key[:40]}': there are {', '.join(indicators)}.")
    return indicators[key]


def _versions(call: ApiCall, project: int, parameters: TasksQuery) -> list[PublicVersion]:
    version_ids = numbers(parameters.prediction_version_ids, "prediction_version_ids")
    if parameters.model_version is not None:
        version_ids.append(parameters.model_version)
    versions = call.objects.by_number(version_ids) if version_ids else []
    if parameters.model_run is not None:
        versions.append(call.objects.run(parameters.model_run).of)
    if not versions and parameters.parent_model is not None:
        versions = call.objects.versions(parameters.parent_model)[:1]
    if not versions:
        raise Problem(400, "Whose answers? Send model_run, model_version or prediction_version_ids.")
    if any(version.prompt.project != project for version in versions):
        raise Problem(400, f"One of these versions is not for project {project}: leave it out.")
    return versions


def _common(lists: list[list[AnsweredTask]]) -> list[AnsweredTask]:
    """The first version's, of the tasks that all of them answered."""
    common = set.intersection(*({item.task.id for item in items} for items in lists))
    return [item for item in lists[0] if item.task.id in common]


def _is_wanted(item: AnsweredTask, parameters: TasksQuery) -> bool:
    """Whether a task is one of the outcome, and of the class, that were asked for."""
    if parameters.alignment_outcome in (None, "all") and parameters.alignment_class is None:
        return True
    if item.truth is None:
        return False
    predicted = _labels(item.outcome.answer or {}, parameters.alignment_from_name, item.schema)
    true = _labels(item.truth, parameters.alignment_from_name, item.schema)
    label = parameters.alignment_class
    has = {
        "true_positive": label in predicted and label in true if label else predicted == true,
        "false_positive": label in predicted and label not in true if label else bool(predicted - true),
        "false_negative": label not in predicted and label in true if label else bool(true - predicted),
        "all": label in predicted or label in true,
    }
    return has[parameters.alignment_outcome or "all"]


def _labels(answer: Answer, control: str | None, schema: LabelSchema) -> set[str]:
    """The classes into which an answer falls, as `output_classes` names them; a number or a text as it is written."""
    controls = [field.name for field in schema.fields] if control is None else [control]
    held = [value for name, values in answer_json(answer).items() if name in controls for value in values]
    written = {str(value) for value in held if not isinstance(value, dict | list)}
    return written.union(*(classes_of(name, answer, schema.fields) for name in controls))


def _indicators(call: ApiCall, run: int) -> dict[str, Any]:
    """Key -> title and values. What needs ground truths is left out where the run has none."""
    of = call.objects.run(run)
    status, evaluation = call.app.watch(of.run.id), call.evaluation_of_run(of)
    scored = {} if evaluation is None else {key: make(evaluation) for key, make in SCORED.items()}
    outside = call.app.outside_results(of.run)
    scored |= {"outside": _outside(outside)} if outside else {}
    return scored | {"outputs": _outputs(status), "coverage": _coverage(status), "cost": _cost(status)}


def _indicator(title: str, kpi: str, **values: Any) -> dict[str, Any]:
    keys = [{"key": name, "label": name.replace("_", " ")} for name in values if name != kpi]
    kpis = {"main_kpi": kpi, "secondary_kpi": None, "additional_kpis": keys, "extra_kpis": []}
    return {"title": title, "values": values, **kpis}


def _accuracy(evaluation: Evaluation) -> dict[str, Any]:
    values = {"accuracy": evaluation.score.accuracy, "interval": shapes.interval(evaluation.intervals.accuracy)}
    return _indicator("Accuracy", "accuracy", **values)


def _f1(evaluation: Evaluation) -> dict[str, Any]:
    score, interval = evaluation.score, shapes.interval(evaluation.intervals.f1_macro)
    values = {"f1": score.f1_macro, "interval": interval, "f1_micro": score.f1_micro}
    return _indicator("F1, macro", "f1", **values, f1_weighted=score.f1_weighted)


def _per_label(evaluation: Evaluation) -> dict[str, Any]:
    rows = {
        label: {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1, "support": scores.support}
        for label, scores in evaluation.score.per_label.items()
    }
    return _indicator("Classification report", "labels", labels=rows, confusion=evaluation.score.confusion)


SCORED: dict[str, Callable[[Evaluation], dict[str, Any]]] = {
    "accuracy": _accuracy,
    "f1": _f1,
    "classification_report": _per_label,
}


def _outside(results: list[OutsideResult]) -> dict[str, Any]:
    """Of the answers that other programs gave, which no other indicator counts."""
    judged = [result.correct for result in results if result.correct is not None]
    usable = sum(result.answer is not None for result in results)
    values = {
        "accuracy": ratio(sum(judged), len(judged)),
        "interval": shapes.interval(wilson(sum(judged), len(judged))),
    }
    return _indicator("Answers from outside", "outputs", outputs=len(results), usable=usable, **values)


def _outputs(status: RunStatus) -> dict[str, Any]:
    counts = status.counts
    values = {"outputs": counts.done, "tasks": counts.tasks, "failures": counts.failed, "rejections": counts.rejected}
    return _indicator("Outputs", "outputs", **values)


def _coverage(status: RunStatus) -> dict[str, Any]:
    counts = status.counts
    return _indicator("Coverage", "coverage", coverage=ratio(counts.done - counts.rejected, counts.tasks))


def _cost(status: RunStatus) -> dict[str, Any]:
    counts = status.counts
    values = {"total_cost_usd": counts.cost_usd, "saved_usd": counts.saved_usd, "spent_usd": counts.spent_usd}
    return _indicator("Cost", "total_cost_usd", **values)
