"""Numbers that may be the beginning of others: `1` where 10 is possible too.

A text ends with its closing quote, whose probability counts. A number ends where something else begins: only that tells
`1` from `10`.
"""

from collections.abc import Collection, Sequence

from backend.domain.answer import Answer, number_of
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.labels.schema import LabelSchema


def open_numbers(answer: Answer, spec: AnswerSpec) -> Collection[str]:
    """The controls that hold such a number."""
    fields = spec.fields if isinstance(spec, LabelSchema) else ()
    held = ((field, number_of(answer.get(field.name))) for field in fields)
    return [field.name for field, number in held if number is not None and _may_go_on(number, field.known_classes)]


def _may_go_on(number: int | float, possible: Sequence[str]) -> bool:
    """`possible`: all numbers that are possible; none where there is no end of them."""
    text = str(number)
    return not possible or any(other != text and other.startswith(text) for other in possible)
