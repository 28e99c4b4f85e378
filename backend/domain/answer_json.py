"""Answers as JSON, as results and exports have them. mypy says so when a kind of value has no line here."""

from typing import Any, assert_never

from backend.domain.answer import (
    Answer,
    AnswerValue,
    Groups,
    LabelDefinitions,
    Labels,
    MarkedSpan,
    Moment,
    Number,
    Paths,
    Ranking,
    Spans,
    Texts,
)
from backend.domain.relations import Relations, relations_json
from backend.domain.repeated import Repeated
from backend.domain.shapes.marked_box import Boxes, box_json


def answer_json(answer: Answer) -> dict[str, list[Any]]:
    """Control -> a list of what it holds."""
    return {name: _listed(value) for name, value in answer.items()}


def _listed(value: AnswerValue | None) -> list[Any]:
    match value:
        case None:
            return []
        case Labels(names=held) | Texts(texts=held) | Ranking(ids=held):
            return list(held)
        case Spans():
            lost = [{"label": span.label, "text": span.text, "unlocated": span.reason} for span in value.unlocated]
            return [*map(_span_json, value.spans), *lost]
        case Relations():
            return relations_json(value)
        case Number():
            return [value.value]
        case Moment():
            return [value.iso]
        case Paths():
            return [list(path) for path in value.paths]
        case Groups():
            return [{"bucket": bucket, "items": list(ids)} for bucket, ids in value.groups]
        case Boxes():
            return [box_json(box) for box in value.boxes]
        case Repeated():
            return [{"item": number, "value": _listed(item)} for number, item in value.values]
        case LabelDefinitions():
            return [list(entry) for entry in value.entries]
        case _:
            assert_never(value)


def _span_json(span: MarkedSpan) -> dict[str, Any]:
    attributes = {"attributes": answer_json(dict(span.attributes))} if span.attributes else {}
    return {"start": span.start, "end": span.end, "label": span.label, "text": span.text, **attributes}
