"""A Report as one HTML file that opens offline.

Texts, labels, notes and completions come from anybody. The template escapes everything; the table of tasks is data that
a script turns into text nodes; and the page's policy lets no script or style run but its own two, by their hashes.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.domain.audit.conflicts import confused_labels
from backend.domain.calibration.threshold import RiskPoint
from backend.domain.dataset.subset import Subset
from backend.domain.metrics.classification import Score
from backend.domain.metrics.confusions import Confusion
from backend.domain.reports.report import JudgedTask, Report, TaskReply
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.canary import canary_sentences
from backend.interfaces.presentation.caveats import caveats
from backend.interfaces.presentation.differences import difference_sentence
from backend.interfaces.presentation.plots import cascade_plot, cost_plot, reliability_plot, risk_plot
from backend.interfaces.presentation.truth_basis import basis_caveats, likeness_caveats

if TYPE_CHECKING:
    import jinja2

FILTERS = (
    "proportion",
    "percent",
    "interval",
    "measured",
    "measured_interval",
    "signed",
    "signed_interval",
    "p_value",
    "count",
    "things",
    "usd",
    "seconds",
    "ece_by_chance",
)
TEMPLATES = Path(__file__).parent / "templates"
MOST_LABELS = 25
WORST = 25
SHADES = 5
STEPS = 10
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """A confusion matrix: `cells` are rows of (number, shade); of very many labels the `worst` pairs instead."""

    answers: tuple[str, ...]
    cells: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    worst: tuple[Confusion, ...]


def page(report: Report, subset: Subset, made: str) -> bytes:
    """The HTML.

    subset: which ground truths it is about
    made: when, for people
    """
    from markupsafe import Markup

    css, js = ((TEMPLATES / name).read_text(encoding="utf-8").strip() for name in ("report.css", "report.js"))
    html = _template().render(
        report=report,
        made=made,
        caveats=[*_unasked(report), *_basis(report), *map(str, caveats(report.evaluation, subset))],
        verdict=_verdict(report),
        differs=difference_sentence(report.differences),
        matrices=matrices(report.evaluation.score),
        plots={name: Markup(svg) for name, svg in _plots(report).items()},  # noqa: S704 (made of numbers)
        risk_steps=_steps(report.risk),
        columns=_columns(report),
        data=Markup(embedded(_data(report))),  # noqa: S704 (nothing in it can end the element it stands in)
        policy=_policy(css, js),
        css=Markup(css),  # noqa: S704 (our own)
        js=Markup(js),  # noqa: S704 (our own)
    )
    return html.encode("utf-8", "replace")


@cache
def _template() -> "jinja2.Template":
    """Compiled once: that takes longer than to fill it in."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {name: getattr(numbers, name) for name in FILTERS} | {"thousandfold": _thousandfold}
    return environment.get_template("report.html")


def embedded(value: Any) -> str:
    """JSON that can stand in a <script> element, whatever it holds: no tag, comment or line end of a script's in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def matrices(score: Score) -> dict[str, ConfusionMatrix]:
    """By control."""
    return {control: _matrix(control, table, score) for control, table in score.confusion.items()}


def _matrix(control: str, table: Mapping[str, Mapping[str, int]], score: Score) -> ConfusionMatrix:
    answers = dict.fromkeys([*table, *(answer for row in table.values() for answer in row)])
    if len(answers) > MOST_LABELS:
        worst = [pair for pair in confused_labels([score]) if pair.control == control]
        return ConfusionMatrix((), (), tuple(worst[:WORST]))
    columns = tuple(answer for answer in answers if any(answer in row for row in table.values()))
    cells = tuple((truth, tuple(_cell(truth, answer, row) for answer in columns)) for truth, row in table.items())
    return ConfusionMatrix(columns, cells, ())


def _cell(truth: str, answer: str, row: Mapping[str, int]) -> tuple[int, str]:
    number = row.get(answer, 0)
    if not number:
        return 0, "zero"
    return number, f"{'hit' if truth == answer else 'miss'} s{ceil(SHADES * number / sum(row.values()))}"


def _plots(report: Report) -> dict[str, str]:
    priced = [line for line in report.history if line.cost_usd is not None and line.accuracy is not None]
    bins = report.evaluation.reliability.bins
    return {
        "reliability": reliability_plot(bins) if bins else "",
        "risk": risk_plot(report.risk) if report.risk else "",
        "cost": cost_plot(priced) if priced else "",
        "cascade": cascade_plot(report.curve) if report.curve else "",
    }


def _unasked(report: Report) -> Iterator[str]:
    if report.unasked:
        tasks = numbers.things(report.unasked, "task")
        yield f"{tasks} with a ground truth not asked about yet, and in none of these numbers."


def _basis(report: Report) -> Iterator[str]:
    yield from map(str, basis_caveats(report.basis, report.version.project))
    yield from map(str, likeness_caveats(report.likeness))
    if report.canary is not None:
        yield f"Canary of {report.canary.asked_at[:10]}: " + " ".join(
            canary_sentences(report.version.tag, report.canary.result)
        )


def _steps(points: tuple[RiskPoint, ...]) -> list[RiskPoint]:
    """The first point from each tenth of the tasks on."""
    shares = ((step + 1) / STEPS for step in range(STEPS))
    firsts = (next((point for point in points if point.coverage >= share), None) for share in shares)
    return list(dict.fromkeys(point for point in firsts if point is not None))


def _columns(report: Report) -> list[tuple[str, str]]:
    names = [("task", "task"), ("kind", "result"), ("text", "text"), ("truth", "truth")]
    names += [("answer", "answer"), ("confidence", "confidence")]
    names += [("model", "model")] if report.version.cascade else []
    return [*names, ("before", f"answer of {report.against.tag}")] if report.against else names


def _data(report: Report) -> dict[str, Any]:
    return {
        "tag": report.version.tag,
        "against": report.against.tag if report.against else None,
        "models": report.version.cascade is not None,
        "link": report.link,
        "tasks": [_row(task) for task in report.tasks],
    }


def _row(task: JudgedTask) -> list[Any]:
    before = None if task.before is None else _reply(task.before)
    return [task.task, task.text, task.truth, _reply(task.reply), before, task.change]


def _reply(reply: TaskReply) -> list[Any]:
    confidence = None if reply.confidence is None else round(reply.confidence, 6)
    return [reply.kind, reply.answer, reply.reason, confidence, reply.raw, *([reply.model] if reply.model else [])]


def _verdict(report: Report) -> str:
    if report.pair is None or report.against is None:
        return ""
    if report.pair.verdict == "not decided":
        return f"Not decided: these tasks do not tell {report.version.tag} and {report.against.tag} apart."
    return f"{report.version.tag} is {report.pair.verdict} than {report.against.tag}."


def _policy(css: str, js: str) -> str:
    """Only these two may run or style anything; nothing may be loaded from anywhere."""
    script, style = (b64encode(sha256(text.encode()).digest()).decode() for text in (js, css))
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _thousandfold(value: float | None) -> float | None:
    return None if value is None else 1000 * value
