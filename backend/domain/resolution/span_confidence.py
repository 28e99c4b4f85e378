"""Confidence of each thing that an answer marks: how sure the model was to begin this quote, or of this place in a
picture, and to give it this label; and of an answer that does nothing but mark.

After its second token a quote is mostly copied, with a probability near 1 whatever it is. So the less probable of its
first two tokens counts, times all tokens of the label. Of the numbers of a mark in a picture the first tokens say where
it is, and what follows how exactly: the least probable of the first tokens counts, times the label. An attribute of a
span has the probability of all tokens of its value. A free text has no probability, because it can be put in many ways.

What is missing has no tokens of its own. But before each element of the list the model could have ended it, and behind
the last one it could have gone on: those tokens count in the confidence of the whole answer, times all that is marked.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from backend.domain.answer import Answer, MarkedSpan, Spans, Texts
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.request import Completion
from backend.domain.chat.value_places import TextSpan
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence
from backend.domain.resolution.logprob_confidence import pieces
from backend.domain.resolution.mark_tokens import MarkTokens
from backend.domain.shapes.marked_box import Boxes, MarkedBox

ItemParts = Mapping[str, TextSpan]
"""Where the parts of what a model said of one thing are."""


def with_scores(answer: Answer, completion: Completion) -> Answer:
    """`answer`, what it marks with its confidence; as it is without log-probabilities that fit the text."""
    marked = {name: value for name, value in answer.items() if isinstance(value, Spans | Boxes)}
    tokens = pieces(completion) if marked else None
    if not tokens:
        return answer
    mark_tokens = MarkTokens(completion.text, tokens)
    return {**answer, **{name: _scored(value, name, mark_tokens) for name, value in marked.items()}}


def marking_alone(answer: Answer, spec: AnswerSpec) -> Collection[str]:
    """The controls of an answer that marks, or marks nothing, and says nothing else; none of another answer."""
    visible = spec.on_screen(answer).fields if isinstance(spec, LabelSchema) else ()
    names = [field.name for field in visible if field.holds in (Spans, Boxes)]
    return names if len(names) == len(visible) else ()


def confidence_of_marks(answer: Answer, completion: Completion, controls: Collection[str]) -> Confidence | None:
    """That of an answer that only marks, see `marking_alone`; None without log-probabilities that fit the text."""
    tokens = pieces(completion)
    if not tokens or not controls:
        return None
    mark_tokens = MarkTokens(completion.text, tokens)
    counted = [token for name in controls for token in _of_all(answer.get(name), name, mark_tokens)]
    joint = mark_tokens.probability(set(counted)) if counted else None
    return None if joint is None else Confidence(joint, {})


def _of_all(value: object, control: str, mark_tokens: MarkTokens) -> set[int]:
    """The tokens that say what a control marks and what is said of that, and that it is all."""
    items = mark_tokens.listed(control)
    spans = value.spans if isinstance(value, Spans) else ()
    of_attributes = [part for span in spans for part in _probable(span, _of(span.item, items)).values()]
    marks = (mark_tokens.mark(parts) for parts in items)
    return mark_tokens.turns(control).union(*marks, *map(mark_tokens.value, of_attributes))


def _scored(value: Spans | Boxes, control: str, mark_tokens: MarkTokens) -> Spans | Boxes:
    items = mark_tokens.listed(control)
    if isinstance(value, Boxes):
        return replace(value, boxes=tuple(_box(box, _of(box.item, items), mark_tokens) for box in value.boxes))
    return replace(value, spans=tuple(_span(span, _of(span.item, items), mark_tokens) for span in value.spans))


def _span(span: MarkedSpan, parts: ItemParts, mark_tokens: MarkTokens) -> MarkedSpan:
    scores = {
        name: mark_tokens.probability(mark_tokens.value(value_span))
        for name, value_span in _probable(span, parts).items()
    }
    known_scores = {name: score for name, score in scores.items() if score is not None}
    return replace(span, score=_of_mark(parts, mark_tokens), attribute_scores=known_scores)


def _probable(span: MarkedSpan, parts: ItemParts) -> ItemParts:
    """What is said of a span beside its label and has a probability."""
    return {name: parts[name] for name, value in span.attributes if not isinstance(value, Texts) and name in parts}


def _box(box: MarkedBox, parts: ItemParts, mark_tokens: MarkTokens) -> MarkedBox:
    return replace(box, score=_of_mark(parts, mark_tokens))


def _of_mark(parts: ItemParts, mark_tokens: MarkTokens) -> float | None:
    tokens = mark_tokens.mark(parts)
    return mark_tokens.probability(tokens) if tokens else None


def _of(item: int | None, items: list[ItemParts]) -> ItemParts:
    """What the model said of the thing with that number; nothing where it has none."""
    return items[item] if item is not None and item < len(items) else {}
