"""Confidence of each thing that an answer marks: how sure the model was to begin this quote, or of this place in a
picture, and to give it this label; and of an answer that does nothing but mark.

After its second token a quote is mostly copied, with a probability near 1 whatever it is. So the less probable of its
first two tokens counts, times all tokens of the label. Of the numbers of a mark in a picture the first tokens say where
it is, and what follows how exactly: the least probable of the first tokens counts, times the label. What is said of a
span has the probability of all tokens of its value, a free text none, because it can be put in many ways.

What is missing has no tokens of its own. But before each element of the list the model could have ended it, and behind
the last one it could have gone on: those tokens count in the confidence of the whole answer, times all that is marked.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from backend.domain.answer import Answer, MarkedSpan, Spans, Texts
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.request import Completion
from backend.domain.chat.value_places import Place
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence
from backend.domain.resolution.logprob_confidence import pieces
from backend.domain.resolution.mark_tokens import MarkTokens
from backend.domain.shapes.marked_box import Boxes, MarkedBox

Said = Mapping[str, Place]
"""Where the parts of what a model said of one thing are."""


def with_scores(answer: Answer, completion: Completion) -> Answer:
    """`answer`, what it marks with its confidence; as it is without log-probabilities that fit the text."""
    marked = {name: value for name, value in answer.items() if isinstance(value, Spans | Boxes)}
    tokens = pieces(completion) if marked else None
    if not tokens:
        return answer
    found = MarkTokens(completion.text, tokens)
    return {**answer, **{name: _scored(value, name, found) for name, value in marked.items()}}


def marking_alone(answer: Answer, spec: AnswerSpec) -> Collection[str]:
    """The controls of an answer that marks, or marks nothing, and says nothing else; none of another answer."""
    shown = spec.on_screen(answer).fields if isinstance(spec, LabelSchema) else ()
    names = [field.name for field in shown if field.holds in (Spans, Boxes)]
    return names if len(names) == len(shown) else ()


def confidence_of_marks(answer: Answer, completion: Completion, controls: Collection[str]) -> Confidence | None:
    """That of an answer that only marks, see `marking_alone`; None without log-probabilities that fit the text."""
    tokens = pieces(completion)
    if not tokens or not controls:
        return None
    found = MarkTokens(completion.text, tokens)
    counted = [token for name in controls for token in _of_all(answer.get(name), name, found)]
    joint = found.probability(set(counted)) if counted else None
    return None if joint is None else Confidence(joint, {})


def _of_all(value: object, control: str, found: MarkTokens) -> set[int]:
    """The tokens that say what a control marks and what is said of that, and that it is all."""
    items = found.listed(control)
    spans = value.spans if isinstance(value, Spans) else ()
    of_attributes = [place for span in spans for place in _probable(span, _of(span.item, items)).values()]
    marks = (found.mark(said) for said in items)
    return found.turns(control).union(*marks, *map(found.value, of_attributes))


def _scored(value: Spans | Boxes, control: str, found: MarkTokens) -> Spans | Boxes:
    items = found.listed(control)
    if isinstance(value, Boxes):
        return replace(value, boxes=tuple(_box(box, _of(box.item, items), found) for box in value.boxes))
    return replace(value, spans=tuple(_span(span, _of(span.item, items), found) for span in value.spans))


def _span(span: MarkedSpan, said: Said, found: MarkTokens) -> MarkedSpan:
    scores = {name: found.probability(found.value(place)) for name, place in _probable(span, said).items()}
    known = {name: score for name, score in scores.items() if score is not None}
    return replace(span, score=_of_mark(said, found), attribute_scores=known)


def _probable(span: MarkedSpan, said: Said) -> Said:
    """What is said of a span beside its label and has a probability."""
    return {name: said[name] for name, value in span.attributes if not isinstance(value, Texts) and name in said}


def _box(box: MarkedBox, said: Said, found: MarkTokens) -> MarkedBox:
    return replace(box, score=_of_mark(said, found))


def _of_mark(said: Said, found: MarkTokens) -> float | None:
    tokens = found.mark(said)
    return found.probability(tokens) if tokens else None


def _of(item: int | None, items: list[Said]) -> Said:
    """What the model said of the thing with that number; nothing where it has none."""
    return items[item] if item is not None and item < len(items) else {}
