"""`python -m benchmarks.audits`: 50 of 1,000 truths are flipped on purpose. How many of them the audit has in its first
100, and the average precision of its ranking.

Flipped to any label, or each label to one other, as annotators do who misunderstand it; simulated versions, and the
stand-in model on the demo's messages. Beside it the two rankings of cleanlab (Northcutt et al.), where that is
installed, from the same probabilities. Seeded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

from backend.domain.answer import Labels
from backend.domain.audit.label_errors import audit
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence, Outcome, Truth
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from benchmarks.expected import expected
from demo.stand_in.prompt import distribution

DATA = Path(__file__).resolve().parent.parent / "demo" / "data"
TASKS, FLIPS, FIRST, ROUNDS = 1000, 50, 100, 4
PROMPTS = {
    "as the demo's": slice(None),
    "half of the definitions": slice(0, None, 2),
    "the other half": slice(1, None, 2),
    "labels alone": slice(0),
}
"""Which of the words that define a label each version has."""


def main() -> None:
    print(f"{'share among the first 100 / average precision':<70} ours  cleanlab: self-confidence, margin")
    for dependent in (False, True):
        for sharpness in (4.0, 6.0, 8.0):
            report("three versions", [simulated(sharpness, seed) for seed in range(ROUNDS)], "abcd", dependent)
    schema = read_config((DATA / "config.xml").read_text(encoding="utf-8"))
    labels = list(schema.fields[0].known_classes)
    chances, true = stand_in(schema, labels)
    for names in (tuple(PROMPTS), tuple(PROMPTS)[:3], tuple(PROMPTS)[:1], tuple(PROMPTS)[1:]):
        chosen = numpy.array([chances[name] for name in names])
        kind = "one version" if len(names) == 1 else f"{len(names)} versions"
        report(f"stand-in, {kind}", [(chosen, true)] * ROUNDS, labels, dependent=True)


def report(name: str, projects: Sequence[tuple[Any, Any]], labels: Sequence[str], dependent: bool) -> None:
    found = [list(hits(chances, true, labels, seed, dependent)) for seed, (chances, true) in enumerate(projects)]
    rights = numpy.mean([(chances.argmax(axis=2) == true).mean(axis=1) for chances, true in projects], axis=0)
    ours, *others = numpy.mean(found, axis=0)
    said = ", ".join(f"{share:.0%}/{precision:.3f}" for share, precision in others) or "not installed"
    kind = "each label to one other" if dependent else "to any label"
    title = f"{name}, right on {', '.join(f'{right:.0%}' for right in rights)}, {kind}"
    print(f"{title:<66} {ours[0]:.0%}/{ours[1]:.3f}  {said}", flush=True)


def hits(
    chances: Any, true: Any, labels: Sequence[str], seed: int, dependent: bool = False
) -> Iterator[tuple[float, float]]:
    """(share among the first, average precision) by our ranking, then by cleanlab's.

    chances: [version, task, label]
    dependent: whether each label is flipped to one other
    """
    wanted, marked = flipped(true, len(labels), seed, dependent)
    truths = [Truth(task, {"c": Labels((labels[label],))}) for task, label in enumerate(marked)]
    versions = {f"s@{number}": _outcomes(rows, labels) for number, rows in enumerate(chances)}
    yield measured([suspect.task_id for suspect in audit(versions, truths, _schema(labels))], wanted)
    for quality in _cleanlab(marked, known(chances).mean(axis=0)):
        yield measured(numpy.argsort(quality, kind="stable").tolist(), wanted)


def flipped(true: Any, labels: int, seed: int, dependent: bool) -> tuple[set[int], Any]:
    """The tasks whose ground truth is made wrong, and all ground truths with these. labels: their number"""
    rng = numpy.random.default_rng(seed)
    tasks = rng.choice(TASKS, FLIPS, replace=False)
    marked = true.copy()
    marked[tasks] = (true[tasks] + (1 if dependent else rng.integers(1, labels, FLIPS))) % labels
    return set(tasks.tolist()), marked


def measured(ranking: Sequence[int], wanted: set[int]) -> tuple[float, float]:
    """Share of `wanted` among the first, and average precision; those that are not in the ranking are never found."""
    places = [place for place, task in enumerate(ranking, 1) if task in wanted]
    precision = sum(number / place for number, place in enumerate(places, 1)) / len(wanted)
    return sum(place <= FIRST for place in places) / len(wanted), precision


def _cleanlab(marked: Any, chances: Any) -> Iterator[Any]:
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError:
        return
    for method in ("self_confidence", "normalized_margin"):
        yield get_label_quality_scores(marked, chances / chances.sum(axis=1, keepdims=True), method=method)


def known(chances: Any) -> Any:
    """What can be known of them: the probability of the answer given; what it leaves is spread evenly."""
    sure = chances.max(axis=2, keepdims=True)
    return numpy.where(chances == sure, sure, (1 - sure) / (chances.shape[2] - 1))


def _outcomes(rows: Any, labels: Sequence[str]) -> list[Outcome]:
    pairs = zip(rows.argmax(axis=1), rows.max(axis=1), strict=True)
    return [
        Outcome(n, {"c": Labels((labels[label],))}, confidences=Confidence(float(sure), {}))
        for n, (label, sure) in enumerate(pairs)
    ]


def _schema(labels: Sequence[str]) -> LabelSchema:
    choices = "".join(f'<Choice value="{label}"/>' for label in labels)
    return read_config(f'<View><Text name="t" value="$t"/><Choices name="c" toName="t">{choices}</Choices></View>')


def simulated(sharpness: float, seed: int) -> tuple[Any, Any]:
    """Versions that look at the same evidence, each with its own mistakes."""
    rng = numpy.random.default_rng(seed)
    evidence = rng.normal(0, sharpness, (TASKS, 4))
    true = numpy.array([rng.choice(4, p=row) for row in _softmax(evidence)])
    return numpy.array([_softmax(evidence + rng.normal(0, 1, evidence.shape)) for _ in range(3)]), true


def _softmax(scores: Any) -> Any:
    raised = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def stand_in(schema: LabelSchema, labels: Sequence[str]) -> tuple[Mapping[str, Any], Any]:
    """Prompt -> what the stand-in answers to the demo's messages, and the topics that people gave them."""
    rows = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))
    template = (DATA / "prompt-2.txt").read_text(encoding="utf-8")
    found = {}
    for name, kept in PROMPTS.items():
        version = PromptVersion("p", 1, 1, _thinned(template, kept), "stand-in", ("text",), schema.digest, {})
        builder = RequestBuilder(version, schema, RequestResources(lambda _: "http://stand-in.test/v1"))
        once = [_asked(builder, Task(number, row), labels) for number, row in enumerate(rows)]
        found[name] = numpy.array(once * (TASKS // len(once)))
    return found, numpy.array([labels.index(row["topic"]) for row in rows] * (TASKS // len(rows)))


def _asked(builder: RequestBuilder, task: Task, labels: Sequence[str]) -> list[float]:
    request = expected(builder.request(task), ChatRequest)
    (chances,) = distribution(request.messages, request.template.answer_schema).values()
    return [chances[label] for label in labels]


def _thinned(template: str, kept: slice) -> str:
    """The prompt with some of the words that define its labels."""
    lines = []
    for line in template.splitlines():
        label, colon, words = line.partition(": ")
        defined = ",".join(words.replace(";", ",").split(",")[kept])
        lines.append(f"{label}{colon}{defined}" if line.startswith("- ") else line)
    return "\n".join(lines)


if __name__ == "__main__":
    main()
