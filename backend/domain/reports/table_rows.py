"""Table rows: the outcome of each task as one flat row, for spreadsheets and data frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backend.domain.answer import Answer
from backend.domain.cascade import answered_by
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Outcome, Rejection
from backend.domain.prompts.version import PromptVersion
from backend.domain.task import Task

Kind = Literal["int", "float", "text", "texts"]
"""`texts` is a list of them; `text` may also be any other value of a task's data, kept as it is."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


Row = Sequence[Any]
"""One value for each column, None where there is none."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The columns of a version's rows. Names given by users have a prefix, so that they cannot clash with ours."""

    version: PromptVersion
    schema: LabelSchema

    @property
    def columns(self) -> list[Column]:
        answers: list[tuple[str, Kind]] = [(f.name, f.column) for f in self.schema.fields]
        return [
            Column("task", "int"),
            *(Column(f"data.{name}", "text") for name in self.version.variables),
            *(Column(f"truth.{name}", kind) for name, kind in answers),
            *(Column(f"answer.{name}", kind) for name, kind in answers),
            *(Column(name, "text") for name in ("verdict", "reason", "detail")),
            Column("confidence", "float"),
            *(Column(f"confidence.{name}", "float") for name in self._several),
            *([Column("model", "text")] if self.version.cascade else []),
            Column("prompt_tokens", "int"),
            Column("completion_tokens", "int"),
            Column("cost_usd", "float"),
            Column("seconds", "float"),
            Column("link", "text"),
        ]

    def row(self, task: Task, outcome: Outcome, truth: Answer | None, link: str) -> Row:
        """The row of a task with its outcome. `reason` is the kind of a Rejection or Failure."""
        usage = outcome.usage
        return [
            task.id,
            *(task.value(name) for name in self.version.variables),
            *self._values(truth),
            *self._values(outcome.answer),
            *_verdict(outcome),
            outcome.confidence,
            *((outcome.controls or {}).get(name) for name in self._several),
            *([answered_by(self.version.reference, self.version.cascade, outcome)] if self.version.cascade else []),
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.cost_usd,
            usage.seconds,
            link,
        ]

    @property
    def _several(self) -> list[str]:
        """The controls, if there are several: each then has a confidence of its own."""
        return [field.name for field in self.schema.fields] if len(self.schema.fields) > 1 else []

    def _values(self, answer: Answer | None) -> list[Any]:
        return [None if answer is None else field.cell(answer.get(field.name)) for field in self.schema.fields]


def _verdict(outcome: Outcome) -> tuple[str, str | None, str | None]:
    if isinstance(outcome.verdict, Rejection):
        return "rejected", outcome.verdict.reason, outcome.verdict.detail
    if isinstance(outcome.verdict, Failure):
        return "failed", outcome.verdict.kind, outcome.verdict.detail
    return "usable", None, None
