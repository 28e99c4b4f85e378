"""The audit's ranking of ground truths beside cleanlab's margin (Northcutt et al.), on label errors as annotators make
who misunderstand a label: each becomes one other. cleanlab runs in an environment of its own (`make cleanlab`)."""

import io
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy

from backend.domain.labels.config import read_config
from benchmarks.audits import DATA, ROUNDS, flipped, hits, known, measured, simulated, stand_in
from benchmarks.trust.label_confidence import Row

CLEANLAB = Path(__file__).resolve().parents[2] / ".venv-cleanlab"
RANKS = """
import io, sys, numpy
from cleanlab.rank import get_label_quality_scores
given = numpy.load(io.BytesIO(sys.stdin.buffer.read()))
scores = get_label_quality_scores(given["marked"], given["chances"], method="normalized_margin")
numpy.save(sys.stdout.buffer, numpy.argsort(scores, kind="stable"))
"""
SHARPNESS = {"79 %": 4.0, "86 %": 6.0, "89 %": 8.0}
"""How often three simulated versions are right -> how clear the tasks are."""


def audits(_rng: Any) -> Iterator[Row]:
    for right, sharpness in SHARPNESS.items():
        found = [_precisions(*simulated(sharpness, seed), seed, "abcd") for seed in range(ROUNDS)]
        yield _row(f"three versions right on {right}", found)
    schema = read_config((DATA / "config.xml").read_text(encoding="utf-8"))
    labels = list(schema.fields[0].known_classes)
    chances, true = stand_in(schema, labels)
    alone = numpy.array([next(iter(chances.values()))])
    yield _row("one version right on 85 %", [_precisions(alone, true, seed, labels) for seed in range(ROUNDS)])


def _row(name: str, found: Sequence[tuple[float, float | None]]) -> Row:
    ours = f"{numpy.mean([one[0] for one in found]):.3f}"
    margins = [one[1] for one in found if one[1] is not None]
    beside = f"cleanlab {numpy.mean(margins):.3f}" if margins else "cleanlab n/a"
    return f"audit, average precision, {name}", f"{ours} ({beside})", "at most 0.01 less"


def _precisions(chances: Any, true: Any, seed: int, labels: Sequence[str]) -> tuple[float, float | None]:
    """Of our ranking, and of cleanlab's."""
    ours = next(hits(chances, true, labels, seed, dependent=True))[1]
    if not (CLEANLAB / "ready").exists():
        return ours, None
    wanted, marked = flipped(true, len(labels), seed, dependent=True)
    rows = known(chances).mean(axis=0)
    given = io.BytesIO()
    numpy.savez(given, marked=marked, chances=rows / rows.sum(axis=1, keepdims=True))
    asked = [str(CLEANLAB / "bin" / "python"), "-c", RANKS]
    done = subprocess.run(asked, input=given.getvalue(), capture_output=True, check=True)
    return ours, measured(numpy.load(io.BytesIO(done.stdout)).tolist(), wanted)[1]
