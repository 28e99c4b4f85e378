"""What examples do: `python -m benchmarks.examples` prints, per way to select them, how often the stand-in is right
about the held-out half of the demo's messages, and what choosing costs. The stand-in is asked in this process.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.request_resources import RequestResources
from backend.domain.few_shot.selection import Candidate, kept
from backend.domain.labels.config import read_config
from backend.domain.prompts.examples import WAYS, Example, Examples
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task
from backend.services.prompts.few_shot_selection import HALF
from benchmarks.expected import expected
from demo.stand_in.prompt import distribution

DATA = Path(__file__).resolve().parent.parent / "demo" / "data"
SCHEMA = read_config((DATA / "config.xml").read_text(encoding="utf-8"))
NUMBER = 8
Row = dict[str, str]


def main() -> None:
    rows: list[Row] = json.loads((DATA / "tasks.json").read_text(encoding="utf-8"))
    shown = [row for row in rows if HALF.has({"text": row["text"]})]
    judged = [row for row in rows if row not in shown]
    candidates = [Candidate(Example(None, {"text": r["text"]}, {"topic": r["topic"]}), [r["topic"]]) for r in shown]
    print(f"{NUMBER} of {len(shown)} examples, {len(judged)} messages judged")
    print("select     accuracy  CPU ms/task")
    for way in ("none", *WAYS):
        examples = None if way == "none" else Examples(NUMBER, way, kept(candidates, NUMBER, way))
        accuracy, cpu_ms = judged_with(examples, judged)
        print(f"{way:<10} {accuracy:>8.2f}  {cpu_ms:>11.3f}")


def judged_with(examples: Examples | None, rows: Sequence[Row]) -> tuple[float, float]:
    """Share of right answers, and milliseconds of CPU to make a request, of pages of 1,000 tasks."""
    template = (DATA / "prompt-1.txt").read_text(encoding="utf-8").strip()
    variables = SCHEMA.variables
    version = PromptVersion("b", 1, 1, template, "stand-in", variables, SCHEMA.digest, {}, examples=examples)
    builder = RequestBuilder(version, SCHEMA, RequestResources(lambda _: ""))
    page = [Task(place, {"text": row["text"]}) for place, row in enumerate(rows)]
    builder.requests(page)
    many = [Task(place, {"text": f"{rows[place % len(rows)]['text']} ({place})"}) for place in range(1000)]
    started = time.process_time()
    builder.requests(many)
    cpu_ms = (time.process_time() - started) * 1000 / len(many)
    right = sum(_answer(ask) == row["topic"] for (_, ask), row in zip(builder.requests(page), rows, strict=True))
    return right / len(rows), cpu_ms


def _answer(request: object) -> str | None:
    request = expected(request, ChatRequest)
    chances = distribution(request.messages, request.template.answer_schema)["topic"]
    return max(chances, key=chances.__getitem__)


if __name__ == "__main__":
    main()
