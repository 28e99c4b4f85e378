"""Which of several answers to one task are the same answer, as a score sees it.

Equal answers can look different (labels in another order, a box that is moved by a pixel), and different ones can look
alike (long texts are shown shortened).
"""

from collections.abc import Iterable, Sequence

from backend.domain.answer import Answer
from backend.domain.labels.schema import LabelSchema


def distinct(answers: Iterable[Answer], schema: LabelSchema) -> list[Answer]:
    """The first of those that are equal, in their order."""
    firsts: list[Answer] = []
    for answer in answers:
        if not any(schema.equal(answer, first) for first in firsts):
            firsts.append(answer)
    return firsts


def texts_of(answers: Sequence[Answer], schema: LabelSchema) -> list[str]:
    """A text for each answer, as people read it: the same for equal answers, another one for different ones."""
    firsts = distinct(answers, schema)
    texts: list[str] = []
    for text in map(schema.show, firsts):
        texts.append(text if text not in texts else f"{text} ({len(texts) + 1})")
    return [texts[_index(answer, firsts, schema)] for answer in answers]


def _index(answer: Answer, firsts: Sequence[Answer], schema: LabelSchema) -> int:
    return next(index for index, first in enumerate(firsts) if schema.equal(answer, first))
