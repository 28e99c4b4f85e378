"""What is said of spans: accuracy on the spans that are right, and F1 together with the span."""

from typing import Any

import pytest

from backend.domain.answer import Answer
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.metrics.cases import count_cases
from backend.domain.metrics.controls.attribute_match import NO_COMMON_SPAN, NO_SPAN, of_attributes
from backend.domain.metrics.controls.measures import measures_of
from backend.domain.outcome import Failure, Outcome, Rejection, Truth

TEXT = "Anna met Bob of Acme."
LABELS = '<Labels name="{}" toName="text"><Label value="PER"/><Label value="ORG"/></Labels>'
SEX = """<Choices name="sex" toName="text" perRegion="true" whenLabelValue="PER"><Choice value="m"/><Choice value="f"/>
</Choices>"""
SURE = '<Rating name="sure" toName="text" perRegion="true"/>'


def schema(*parts: str) -> LabelSchema:
    bound = read_config(f'<View><Text name="text" value="$text"/>{"".join(parts)}</View>').for_task({"text": TEXT})
    assert not isinstance(bound, Failure)
    return bound


def span(text: str, label: str = "PER", **more: Any) -> dict[str, Any]:
    return {"label": label, "text": text, "before": "", **more}


def measured(bound: LabelSchema, *pairs: tuple[Any, Any]) -> dict[str, dict[str, float | None]]:
    """Of (truth, answer) pairs; an answer that is None can't be used."""
    truths = [Truth(number, _parsed(bound, truth)) for number, (truth, _) in enumerate(pairs)]
    outcomes = [
        Outcome(number, Rejection("not_json", "") if said is None else _parsed(bound, said))
        for number, (_, said) in enumerate(pairs)
    ]
    found = measures_of(count_cases(outcomes, truths, bound), bound)
    return {name: {measure: one.value for measure, one in of.items()} for name, of in found.items()}


def _parsed(bound: LabelSchema, said: Any) -> Answer:
    found = bound.parse(dict.fromkeys(bound.names, said))
    assert not isinstance(found, Rejection)
    return found


def test_a_value_counts_on_the_spans_that_are_right() -> None:
    truth = [span("Anna", sex="f", sure=5), span("Bob", sex="m", sure=3), span("Acme", "ORG", sure=1)]
    said = [span("Anna", sex="f", sure=4), span("Bob", "ORG", sure=3), span("Acme", "ORG", sure=1)]
    found = measured(schema(LABELS.format("ner"), SEX, SURE), (truth, said))
    assert found["sex"] == {"accuracy": 1, "tuple_f1": pytest.approx(2 / 3)}
    assert found["sure"] == {"accuracy": 0.5, "tuple_f1": pytest.approx(1 / 3)}
    assert found["ner"]["span_f1"] == pytest.approx(2 / 3)
    assert found["ner"]["exact_match"] == 0


def test_no_value_is_one_too() -> None:
    bound = schema(LABELS.format("ner"), SURE)
    assert measured(bound, ([span("Bob")], [span("Bob", sure=3)]))["sure"] == {"accuracy": 0, "tuple_f1": 0}
    assert measured(bound, ([span("Bob")], [span("Bob")]))["sure"] == {"accuracy": 1, "tuple_f1": 1}


def test_a_quote_without_a_place_and_an_answer_that_cannot_be_used_count_against_it() -> None:
    bound = schema(LABELS.format("ner"), SEX)
    lost = [span("Bob", sex="m"), span("Eve", sex="f"), span("Initech", "ORG")]
    assert measured(bound, ([span("Bob", sex="m")], lost))["sex"] == {"accuracy": 1, "tuple_f1": pytest.approx(2 / 3)}
    both = measured(bound, ([span("Bob", sex="m")], [span("Bob", sex="m")]), ([span("Anna", sex="f")], None))
    assert both["sex"] == {"accuracy": 1, "tuple_f1": pytest.approx(2 / 3)}


def test_there_is_no_number_without_spans() -> None:
    bound = schema(LABELS.format("ner"), SEX)
    (truths, outcomes) = [Truth(1, {"ner": None})], [Outcome(1, {"ner": None})]
    nothing = of_attributes(count_cases(outcomes, truths, bound), bound.fields)["sex"]
    assert [(one.value, one.interval, one.reason) for one in nothing.values()] == [
        (None, None, NO_COMMON_SPAN),
        (None, None, NO_SPAN),
    ]
    assert measured(bound, ([span("Acme", "ORG")], [span("Acme", "ORG")]))["sex"]["tuple_f1"] is None


def test_an_attribute_of_two_controls_is_measured_over_both() -> None:
    bound = schema(LABELS.format("one"), LABELS.format("two"), SURE)
    truth = {"one": [span("Bob", sure=1)], "two": [span("Anna", sure=2)]}
    said = {"one": [span("Bob", sure=1)], "two": [span("Anna", sure=3)]}
    answer, expected = bound.parse(said), bound.parse(truth)
    assert not isinstance(answer, Rejection)
    assert not isinstance(expected, Rejection)
    cases = count_cases([Outcome(1, answer)], [Truth(1, expected)], bound)
    found = of_attributes(cases, bound.fields)
    assert (found["sure"]["accuracy"].value, found["sure"]["tuple_f1"].value) == (0.5, 0.5)
    low, high = found["sure"]["accuracy"].interval or (9, 9)
    assert 0 < low < 0.5 < high < 1


def test_spans_without_attributes_have_no_measures_of_them() -> None:
    assert set(measured(schema(LABELS.format("ner")), ([span("Bob")], [span("Bob")]))) == {"ner"}
