"""Operations that Enterprise's API does not have: scores with intervals, comparisons, thresholds, audits, reports.

The objects are those that the commands print with `--json`. Versions are named by the API's integers.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Response

from backend.domain.dataset.subset import Subset
from backend.interfaces.presentation.json.evaluation import comparison_json, stored_evaluation_json
from backend.interfaces.presentation.json.runs import estimate_json, task_results_json
from backend.interfaces.presentation.json.trust import audit_json, threshold_json
from backend.interfaces.web.api.bodies import (
    AuditQuery,
    CompareQuery,
    ReportQuery,
    ResultsQuery,
    SubsetQuery,
    ThresholdQuery,
    numbers,
    query,
)
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.api.runs import subset_of
from backend.interfaces.web.problem import Problem
from backend.services.public_objects import PublicVersion


def evaluation(call: ApiCall, version: int) -> Any:
    """Of all stored answers to tasks with a ground truth."""
    of = _version(call, version)
    result = call.evaluation(of)
    if result is None:
        raise Problem(404, f"{of.version.tag} has no answer to a task with a ground truth: run it on HasGT.")
    return stored_evaluation_json(of.version.tag, result)


def version_results(call: ApiCall, version: int) -> Any:
    kind = query(ResultsQuery).kind
    return task_results_json(call.app.results(_version(call, version).version.tag, [kind] if kind else []))


def threshold(call: ApiCall, version: int) -> Any:
    """The lowest confidence that guarantees an accuracy."""
    return threshold_json(
        call.app.confidence_threshold(_version(call, version).version.tag, query(ThresholdQuery).accuracy)
    )


def estimate(call: ApiCall, version: int) -> Any:
    """The range of what a run would cost."""
    parameters = query(SubsetQuery)
    subset = subset_of(parameters.project_subset, parameters.sample_subset_size)
    return estimate_json(call.app.estimate(_version(call, version).version.tag, subset))


def version_report(call: ApiCall, version: int) -> Any:
    """One page of HTML, as a file."""
    from backend.interfaces.presentation.report_page import page

    of, against = _version(call, version), query(ReportQuery).against
    other = None if against is None else _version(call, against).version.tag
    html = page(
        call.app.report(of.version.tag, other), Subset("ground-truth"), f"{datetime.now(UTC):%Y-%m-%d %H:%M UTC}"
    )
    headers = {"Content-Disposition": 'attachment; filename="report.html"', "X-Content-Type-Options": "nosniff"}
    return Response(html, content_type="text/html; charset=utf-8", headers=headers)


def compare(call: ApiCall) -> Any:
    """Versions on the ground truths that all of them answered."""
    version_ids = numbers(query(CompareQuery).versions, "versions")
    if len(version_ids) < 2:
        raise Problem(400, "'versions' takes two or more integers with commas between them, like 3,7.")
    items = {item.number.id: item for item in call.objects.by_number(version_ids)}
    return comparison_json(call.app.compare([items[number].version.tag for number in version_ids]))


def audit(call: ApiCall, project: int) -> Any:
    """Ground truths that may be wrong, and what goes with them, of one kind."""
    call.objects.project(project)
    return audit_json(call.app.audit(project), query(AuditQuery).kind)


def _version(call: ApiCall, version: int) -> PublicVersion:
    return call.objects.by_number([version])[0]
