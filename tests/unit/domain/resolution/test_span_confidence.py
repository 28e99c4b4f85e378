"""The confidence of each span, its first two tokens and its label, and of an answer that only marks."""

from typing import Any

import pytest

from backend.domain.answer import spans_of
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.resolution.resolve import resolve
from tests.scripted import completion, some, tokens

CONFIG = """<View><Text name="t" value="$text"/><Labels name="ner" toName="t"{}><Label value="PER"/><Label value="ORG"/>
</Labels></View>"""
TEXT = "Anna Berg met Bob of Acme."


def schema(attributes: str = "") -> LabelSchema:
    bound = read_config(CONFIG.format(attributes)).for_task({"text": TEXT})
    assert isinstance(bound, LabelSchema)
    return bound


def outcome(*pieces: Any, asked: LabelSchema | None = None) -> Any:
    return some(resolve(1, [[tokens(*pieces)]], asked or schema(), lambda *_: lambda *_: None))


def scores(found: Any) -> dict[str, float | None]:
    return {span.text: span.score for span in spans_of(found.answer["ner"])}


def item(label: float, *quote: tuple[str, float], said: str = "PER") -> list[tuple[str, float]]:
    """An object of the list; what is no part of the quote or the label has 0.1."""
    return [('{"label": "', 0.1), (f'{said}"', label), (', "text": "', 0.1), *quote, ('", "before": ""}', 0.1)]


def test_the_less_sure_of_the_first_two_tokens_times_the_label() -> None:
    bob = item(0.8, ("Bob", 0.6))
    anna = item(0.5, ("An", 0.9), ("na", 0.7), (" Berg", 0.2))
    found = outcome(('{"ner": [', 0.1), *bob, (", ", 0.1), *anna, ("]}", 0.1))
    assert scores(found) == pytest.approx({"Bob": 0.8 * 0.6, "Anna Berg": 0.5 * 0.7}), "in the order of the text"
    turns = 0.1 * 0.1 * 0.1  # that there is a first span, a second one, and no third
    assert found.confidence == pytest.approx(0.8 * 0.6 * 0.5 * 0.7 * turns)
    assert found.controls is None
    written = {region["value"]["text"]: region["score"] for region in to_result(found.answer, schema())}
    assert written == pytest.approx({"Bob": 0.48, "Anna Berg": 0.35})


def test_tokens_that_cross_the_edge_count_whole_and_white_space_is_none() -> None:
    crossing = [('{ "text" : "Bob', 0.5), ('", "before":"", "label":"P', 0.8), ('ER"}', 0.5)]
    found = outcome(('{"ner": [\n ', 0.1), *crossing, ("\n]}", 0.1))
    assert scores(found) == pytest.approx({"Bob": 0.5 * 0.8 * 0.5})


def test_what_is_quoted_without_a_place_shifts_no_other() -> None:
    lost = item(0.9, ("Carl", 0.9))
    found = outcome(('{"ner": [', 1.0), *lost, (", ", 1.0), *item(0.5, ("Bob", 0.5)), ("]}", 1.0))
    assert scores(found) == pytest.approx({"Bob": 0.25})


def test_two_labels_of_one_region_have_the_score_of_the_less_sure_one() -> None:
    both = schema(' choice="multiple"')
    twice = [*item(0.9, ("Acme", 1.0)), (", ", 1.0), *item(0.4, ("Acme", 1.0), said="ORG")]
    found = outcome(('{"ner": [', 1.0), *twice, ("]}", 1.0), asked=both)
    (region,) = to_result(found.answer, both)
    assert (region["value"]["labels"], region["score"]) == (["ORG", "PER"], pytest.approx(0.4))


def test_without_log_probabilities_there_is_no_score() -> None:
    said = '{"ner": [{"label": "PER", "text": "Bob", "before": ""}]}'
    for logprobs in (None, (("another text", -0.1),)):
        found = some(resolve(1, [[completion(said, logprobs=logprobs)]], schema(), lambda *_: lambda *_: None))
        assert scores(found) == {"Bob": None}
        assert "score" not in to_result(some(found.answer), schema())[0]


def test_a_score_says_nothing_about_an_answer() -> None:
    sure, unsure = (outcome(('{"ner": [', 1.0), *item(p, ("Bob", 1.0)), ("]}", 1.0)) for p in (0.9, 0.1))
    assert sure.answer == unsure.answer
    assert schema().equal(sure.answer, unsure.answer)


def test_what_is_said_of_a_span_has_the_probability_of_its_value_and_a_text_none() -> None:
    config = CONFIG.replace(
        "</Labels>",
        """</Labels><Choices name="sex" toName="t" perRegion="true"><Choice value="f"/><Choice value="m"/></Choices>
        <Number name="age" toName="t" perRegion="true"/><TextArea name="note" toName="t" perRegion="true"/>""",
    )
    asked = read_config(config.format("")).for_task({"text": TEXT})
    assert isinstance(asked, LabelSchema)
    quote = [('{"label": "', 1.0), ('PER"', 0.8), (', "text": "', 1.0), ("Bob", 0.5), ('", "before": "", "sex": ', 1.0)]
    rest = [('"f"', 0.6), (', "age": ', 0.9), ("3", 0.5), ("1", 0.5), (", ", 0.9), ('"note": ["x"]}', 0.3)]
    found = outcome(('{"ner": [', 1.0), *quote, *rest, ("]}", 1.0), asked=asked)
    (span,) = spans_of(found.answer["ner"])
    assert span.score == pytest.approx(0.4)
    assert span.attribute_scores == pytest.approx({"sex": 0.6 * 0.9, "age": 0.5 * 0.5 * 0.9})
    written = {region["from_name"]: region.get("score") for region in to_result(found.answer, asked)}
    assert written == pytest.approx({"ner": 0.4, "sex": 0.54, "age": 0.225, "note": None})


BOXES = """<View><Image name="i" value="$image"/><Text name="t" value="$text"/><{0} name="box" toName="i">
<Label value="Cat"/><Label value="Dog"/></{0}></View>"""


@pytest.mark.parametrize(
    ("tag", "keys"),
    [
        ("RectangleLabels", ("x_min", "y_min", "x_max", "y_max")),
        ("EllipseLabels", ("x_min", "y_min", "x_max", "y_max")),
        ("KeyPointLabels", ("x", "y")),
    ],
)
def test_a_mark_in_a_picture_has_that_of_its_label_and_of_where_it_begins(tag: str, keys: tuple[str, ...]) -> None:
    asked = read_config(BOXES.format(tag))
    numbers = [
        piece
        for at, name in enumerate(keys)
        for piece in ((f', "{name}": ', 0.1), (f"{at + 1}", 0.9 - at / 10), ("00", 0.2))
    ]
    first = [('{"label": "', 0.1), ('Cat"', 0.5), *numbers, ("}", 0.1)]
    second = [('{"label": "', 0.1), ('Dog"', 1.0), *((text, 1.0) for text, _ in numbers), ("}", 1.0)]
    found = outcome(('{"box": [', 0.1), *second, (", ", 0.1), *first, ("]}", 0.1), asked=asked)
    least = 0.9 - (len(keys) - 1) / 10
    scores = {region["value"][tag.lower()][0]: region["score"] for region in to_result(found.answer, asked)}
    assert scores == pytest.approx({"Cat": 0.5 * least, "Dog": 1.0})
    turns = 0.1 * 0.1 * 0.1
    assert found.confidence == pytest.approx(0.5 * least * turns)


def test_marks_without_log_probabilities_have_no_score() -> None:
    asked = read_config(BOXES.format("KeyPointLabels"))
    said = '{"box": [{"label": "Cat", "x": 1, "y": 2}]}'
    found = some(resolve(1, [[completion(said)]], asked, lambda model, connection: lambda *_: None))
    assert "score" not in to_result(found.answer, asked)[0]  # type: ignore[arg-type]


def of_answer(*pieces: Any, more: str = "") -> Any:
    """The outcome of a config with spans and `more`."""
    asked = read_config(CONFIG.format("").replace("</View>", f"{more}</View>")).for_task({"text": TEXT})
    assert isinstance(asked, LabelSchema)
    return outcome(*pieces, asked=asked)


def test_that_nothing_is_marked_has_the_probability_of_the_empty_list() -> None:
    assert of_answer(('{"ner": ', 0.5), ("[]", 0.75), ("}", 0.5)).confidence == pytest.approx(0.75)
    assert of_answer(('{"ner": ', 0.5), ("[", 0.9), ("]", 0.5), ("}", 0.5)).confidence == pytest.approx(0.45)


def test_a_quote_without_a_place_and_one_that_is_said_twice_count_too() -> None:
    bob, lost = item(1.0, ("Bob", 0.5)), item(0.5, ("Carl", 0.5))
    pieces = [('{"ner": [', 1.0), *bob, (", ", 1.0), *bob, (", ", 1.0), *lost, ("]}", 1.0)]
    first_turn = 0.1
    assert of_answer(*pieces).confidence == pytest.approx(first_turn * 0.5 * 0.5 * 0.5 * 0.5)


def test_one_token_counts_once_where_it_is_part_of_several_things() -> None:
    joined = [('{"ner": [{"label": "PER", "text": "Bob', 0.5), ('", "before": ""}]}', 0.8)]
    assert of_answer(*joined).confidence == pytest.approx(0.5 * 0.8)


def test_several_controls_that_mark_have_one_confidence_together() -> None:
    more = '<Labels name="job" toName="t"><Label value="boss"/></Labels>'
    pieces = [('{"ner": [', 0.1), *item(0.8, ("Bob", 0.6)), ("]", 0.9), (', "job": ', 0.1), ("[]", 0.5), ("}", 0.1)]
    found = of_answer(*pieces, more=more)
    assert found.confidence == pytest.approx(0.8 * 0.6 * 0.1 * 0.9 * 0.5)
    assert found.controls is None, "each span has one of its own"
    written = to_result(found.answer, read_config(CONFIG.format("").replace("</View>", f"{more}</View>")))
    assert [region["score"] for region in written] == [pytest.approx(0.48)]


def test_what_is_said_of_spans_counts_and_a_free_text_does_not() -> None:
    more = """<Choices name="sex" toName="t" perRegion="true"><Choice value="f"/></Choices>
        <TextArea name="note" toName="t" perRegion="true"/>"""
    quote = [('{"label": "PER', 1.0), ('", "text": "Bob', 0.5), ('", "before": "", "sex": ', 1.0)]
    pieces = [('{"ner": [', 1.0), *quote, ('"f"', 0.6), (', "note": ', 1.0), ('["x"]', 0.3), ("}", 1.0), ("]}", 1.0)]
    assert of_answer(*pieces, more=more).confidence == pytest.approx(0.5 * 0.6)


def test_beside_another_value_that_one_alone_counts_and_beside_a_text_nothing() -> None:
    spans = [('{"ner": [', 0.5), *item(0.5, ("Bob", 0.5)), ("]", 0.5)]
    rating = of_answer(*spans, (', "stars": ', 0.5), ("4", 0.7), ("}", 1.0), more='<Rating name="stars" toName="t"/>')
    assert rating.confidence == pytest.approx(0.7)
    text = of_answer(*spans, (', "why": ["x"]}', 0.5), more='<TextArea name="why" toName="t"/>')
    assert text.confidence is None


def test_without_log_probabilities_an_answer_that_only_marks_has_no_confidence() -> None:
    found = some(resolve(1, [[completion('{"ner": []}')]], schema(), lambda *_: lambda *_: None))
    assert (found.answer, found.confidence) == ({"ner": None}, None)
