"""Plots of a report as SVG, by matplotlib. Their colours are those of the page, so they change with its dark setting.
They have no styles of their own, which a strict page would refuse. Equal numbers give equal bytes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from backend.domain.calibration.reliability import Bin
from backend.domain.calibration.threshold import RiskPoint
from backend.domain.reports.cascade_curve import CascadeCurve
from backend.domain.reports.history_line import HistoryLine

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, ACCENT, RULE = "#000001", "#000002", "#000003", "#000004"
COLOURS = {INK: "var(--ink)", MUTED: "var(--muted)", ACCENT: "var(--accent)", RULE: "var(--rule)"}
"""What is drawn in -> what it is on the page."""
SIZE = (4.6, 3.3)
MARGIN = 0.03
LEAST_RISK = 0.02


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Confidence against accuracy, with the diagonal where they would be equal."""
    with _axes("reliability", "confidence", "accuracy") as (axes, svg):
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 4)))
        middle = [group.confidence for group in bins]
        _points(axes, middle, [(group.accuracy, group.accuracy_ci) for group in bins])
        axes.plot(middle, [group.accuracy for group in bins], color=ACCENT, linewidth=1.5)
        axes.set(xlim=(-MARGIN, 1 + MARGIN), ylim=(-MARGIN, 1 + MARGIN))
        return svg()


def risk_plot(points: Sequence[RiskPoint]) -> str:
    """Share of wrong answers against the share of tasks that are at least so confident."""
    with _axes("risk", "coverage", "wrong among them") as (axes, svg):
        axes.plot(
            [point.coverage for point in points],
            [point.risk for point in points],
            color=ACCENT,
            linewidth=1.8,
            drawstyle="steps-post",
        )
        top = max([LEAST_RISK, *(point.risk for point in points)])
        axes.set(xlim=(-MARGIN, 1 + MARGIN), ylim=(-MARGIN * top, 1.1 * top))
        return svg()


def cost_plot(lines: Sequence[HistoryLine]) -> str:
    """Accuracy against what a thousand tasks cost; lines without either are left out."""
    with _axes("cost", "USD per 1,000 tasks", "accuracy") as (axes, svg):
        priced = [line for line in lines if line.cost_usd is not None and line.accuracy is not None]
        costs = [1000 * (line.cost_usd or 0) for line in priced]
        _points(axes, costs, [(line.accuracy or 0, line.accuracy_ci) for line in priced])
        for cost, line in zip(costs, priced, strict=True):
            axes.annotate(
                f"@{line.version.number}",
                (cost, line.accuracy or 0),
                xytext=(6, 5),
                textcoords="offset points",
                color=INK,
                parse_math=False,
            )
        axes.set(xlim=_from_nothing(1.2 * max(costs, default=0)))
        return svg()


def cascade_plot(curve: CascadeCurve) -> str:
    """Accuracy against what a thousand tasks cost, from the first model alone over its thresholds to the second alone;
    the version's own threshold stands out. Without the costs of all points there is nothing to draw: ""."""
    points = [curve.first, *curve.points, *([curve.second] if curve.second else [])]
    costs = [1000 * point.usd_per_task for point in points if point.usd_per_task is not None]
    if len(costs) < len(points) or curve.own.usd_per_task is None:
        return ""
    here, right = 1000 * curve.own.usd_per_task, curve.own.right
    accuracies = [point.right.accuracy or 0 for point in points]
    with _axes("cascade", "USD per 1,000 tasks", "accuracy") as (axes, svg):
        axes.plot(costs, accuracies, color=MUTED, linewidth=1)
        _points(axes, costs, [(accuracy, None) for accuracy in accuracies])
        _points(axes, [here], [(right.accuracy or 0, right.interval)])
        axes.plot(here, right.accuracy, color=ACCENT, marker="o", markersize=11, fillstyle="none")
        axes.set(xlim=_from_nothing(1.1 * max(costs)))
        return svg()


def _from_nothing(most: float) -> tuple[float, float]:
    """The ends of an axis on which what costs nothing is a whole point too."""
    right = most or 1
    return -MARGIN * right, right


def _points(axes: "Axes", xs: Sequence[float], ys: Sequence[tuple[float, tuple[float, float] | None]]) -> None:
    for x, (_, interval) in zip(xs, ys, strict=True):
        if interval is not None:
            axes.plot([x, x], interval, color=ACCENT, linewidth=1.2, alpha=0.55)
    axes.plot(xs, [y for y, _ in ys], color=ACCENT, marker="o", markersize=5, linestyle="none")


@contextmanager
def _axes(name: str, x: str, y: str) -> Iterator[tuple[Any, Callable[[], str]]]:
    """Axes to draw on, and what makes an SVG of them. Without pyplot, which would look for a screen."""
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {"svg.hashsalt": name, "svg.fonttype": "none", "font.size": 10, "text.color": INK}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.grid(color=RULE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(color=RULE, labelcolor=MUTED)
        axes.set_xlabel(x, color=INK)
        axes.set_ylabel(y, color=INK)
        for side, spine in axes.spines.items():
            spine.set(visible=side in ("left", "bottom"), color=RULE)

        def svg() -> str:
            file = StringIO()
            figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
            return themed(file.getvalue(), name)

        yield axes, svg


def themed(svg: str, name: str) -> str:
    """An SVG of matplotlib's for a page: styles become attributes, ids begin with `name`, colours are the page's."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' style="([^"]*)"', lambda match: _attributes(match[1]), svg)
    for drawn, colour in COLOURS.items():
        svg = svg.replace(drawn, colour)
    svg = re.sub(r'( id="|xlink:href="#|url\(#)', rf"\1{name}-", svg)
    opening = f'<svg class="plot" role="img" aria-labelledby="{name}-title {name}-text" '
    box = re.search(r'viewBox="[^"]*"', svg)
    return f'{opening}{box[0] if box else ""} focusable="false">{svg[svg.index(">") + 1 :]}'


def _attributes(style: str) -> str:
    """`font` has no attribute of its own; which font it is the page says."""
    pairs = (pair.split(":", 1) for pair in style.split(";") if ":" in pair)
    attributes = {key.strip(): value.strip() for key, value in pairs}
    if font := attributes.pop("font", None):
        attributes["font-size"] = font.split()[0]
    attributes.pop("font-family", None)
    return "".join(f' {key}="{value}"' for key, value in attributes.items())
