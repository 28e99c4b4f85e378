"""The confidence of each span: its first two tokens and its label."""

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
    assert found.confidence is None, "spans have no probability as a whole"
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
