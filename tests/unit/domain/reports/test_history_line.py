"""The numbers of a version in the history of a report."""

import pytest

from backend.domain.reports.history_line import HistoryLine, line_of
from tests.unit.domain.metrics.test_classification import SINGLE
from tests.unit.domain.reports.test_report import NOW, TRUTHS, TWO


def test_a_version_in_the_history() -> None:
    line = line_of(TWO, NOW, TRUTHS, SINGLE)
    assert (line.outputs, line.accuracy, line.coverage) == pytest.approx((3, 1 / 3, 0.5))
    assert line.cost_usd == pytest.approx(1 / 3)
    assert line.latency_p50 == 2.0
    assert line_of(TWO, [], TRUTHS, SINGLE) == HistoryLine(TWO, f1_macro=None, cost_usd=None)
