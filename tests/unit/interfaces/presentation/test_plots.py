"""Plots that a page may hold."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from backend.domain.calibration.cascade_tradeoff import CascadePoint
from backend.domain.calibration.reliability import Bin
from backend.domain.calibration.threshold import RiskPoint
from backend.domain.reports.cascade_curve import CascadeCurve
from backend.domain.reports.history_line import HistoryLine
from backend.domain.statistics.right_answers import RightAnswers
from backend.interfaces.presentation.plots import (
    COLOURS,
    _from_nothing,
    cascade_plot,
    cost_plot,
    reliability_plot,
    risk_plot,
)
from tests.scripted import version

BINS = [Bin(0.1, 0.5, 20, 0.3, 0.25, (0.1, 0.5)), Bin(0.5, 1.0, 20, 0.8, 0.9, None)]
POINTS = [RiskPoint(0.9, 10, 0, 0.5, 0.0), RiskPoint(0.2, 20, 3, 1.0, 0.15)]
LINES = [
    HistoryLine(version(number=1), 10, 0.5, (0.2, 0.8), 1.0, 0.5, 0.0001),
    HistoryLine(version(number=2), 10, 0.9, (0.7, 0.95), 1.0, 0.9, None),
    HistoryLine(version(number=3), 10, 0.7, None, 1.0, 0.9, 0.0),
]
FIRST, OWN = (CascadePoint(0.5 * n, 10, 10 - n, 1, 1.0 + n, RightAnswers(8 + n, 10)) for n in range(2))
CURVE = CascadeCurve(FIRST, (OWN,), OWN, None)
PLOTS = {
    "reliability": lambda: reliability_plot(BINS),
    "risk": lambda: risk_plot(POINTS),
    "cost": lambda: cost_plot(LINES),
    "cascade": lambda: cascade_plot(CURVE),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_the_same_each_time_and_has_no_style_of_its_own(name: str) -> None:
    svg = PLOTS[name]()
    assert svg == PLOTS[name]()
    assert "style" not in svg
    assert "<!--" not in svg
    used = set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg))
    assert used <= {*COLOURS.values(), "none"}
    assert f'aria-labelledby="{name}-title {name}-text"' in svg


@pytest.mark.slow
@pytest.mark.parametrize("name", PLOTS)
def test_its_ids_are_its_own_and_what_refers_to_them_is_there(name: str) -> None:
    svg = PLOTS[name]().replace("<svg ", '<svg xmlns:xlink="x" ', 1)
    root = ElementTree.fromstring(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"{name}-") for one in ids if one)
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', svg)
    assert used
    assert set(used) <= set(ids)


def test_versions_without_a_cost_are_left_out() -> None:
    svg = cost_plot(LINES)
    assert "@1" in svg
    assert "@2" not in svg


@pytest.mark.parametrize("most", [0.0, 2.0])
def test_what_costs_nothing_is_a_whole_point(most: float) -> None:
    left, right = _from_nothing(most)
    assert left < 0 < (most or 0.5) < right * 1.001


def test_without_costs_a_cascade_has_no_plot() -> None:
    assert cascade_plot(replace(CURVE, first=replace(FIRST, usd=None))) == ""


def test_nothing_to_plot() -> None:
    assert cost_plot([]).startswith("<svg")
    assert reliability_plot([]).startswith("<svg")
