"""<Number>: what is asked for, what is accepted and how it is stored and scored."""

from time import process_time
from typing import Any

import pytest

from backend.domain.answer import Number
from backend.domain.labels.config import read_config
from backend.domain.labels.regions import from_result, to_result
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from backend.domain.prompts.default_prompt import first_prompt

HEAD = '<View><Text name="t" value="$text"/>'
STEPS = 'min="-5" max="10" step="0.5" required="true"'


def schema(attributes: str = "") -> LabelSchema:
    return read_config(f'{HEAD}<Number name="amount" toName="t" {attributes}/></View>')


def control(attributes: str = "") -> Any:
    return schema(attributes).by_name["amount"]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (STEPS, "a number from -5 to 10 in steps of 0.5"),
        ('required="true"', "a number"),
        ('min="0"', "null if there is none, else a number of at least 0"),
        ('max="1e3" required="true"', "a number of at most 1000"),
        ('step="1" required="true"', "a whole number"),
        ('min="1" max="9" step="1" required="true"', "a whole number from 1 to 9"),
        ('max="10" step="0.5" required="true"', "a number of at most 10, a multiple of 0.5"),
        ('min="many" max="1_0" step="0" required="true"', "a number"),
    ],
)
def test_what_is_asked_for(attributes: Any, words: Any) -> None:
    assert control(attributes).describe({}) == f'"amount": {words}'
    assert control(attributes).json_schema() == {"type": "number" if "required" in attributes else ["number", "null"]}
    assert "Give the numbers (amount) for this item." in first_prompt(schema(attributes)).template


@pytest.mark.parametrize(("said", "kept"), [(-5, -5), (10, 10), (0.5, 0.5), (3.0, 3), (0, 0), (None, None)])
def test_a_number_in_range_and_on_a_step_is_kept(said: Any, kept: Any) -> None:
    assert control(STEPS).parse(said) == (None if kept is None else Number(kept))


def test_whole_numbers_stay_whole_and_sums_of_fractions_are_clean() -> None:
    found = control('step="0.1"').parse(0.1 + 0.2)
    assert found == Number(0.3)
    (region,) = control().to_regions(control().parse(3.0))
    assert region == {"from_name": "amount", "to_name": "t", "type": "number", "value": {"number": 3}}
    assert type(region["value"]["number"]) is int


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("4", "wrong_type"),
        (True, "wrong_type"),
        ([4], "wrong_type"),
        ({}, "wrong_type"),
        (float("nan"), "wrong_type"),
        (float("-inf"), "wrong_type"),
        (1e300, "wrong_type"),
        (10**500, "wrong_type"),
        (-5.5, "out_of_range"),
        (10.5, "out_of_range"),
        (0.3, "out_of_range"),
        (0.50001, "out_of_range"),
    ],
)
def test_nothing_else_is_rounded_or_clamped(said: Any, reason: Any) -> None:
    found = control(STEPS).parse(said)
    assert isinstance(found, Rejection)
    assert found.reason == reason
    assert len(found.detail) < 150


def test_steps_begin_at_the_least_number() -> None:
    odd = control('min="1" step="2"')
    assert odd.parse(7) == Number(7)
    assert isinstance(odd.parse(8), Rejection)


def test_an_answer_goes_to_label_studio_and_back_and_0_is_a_number() -> None:
    for said in (0, -2.5, 10**17, 1e-7, 1234567890123.45, 12345678.1234567, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1):
        answer = schema().parse({"amount": said})
        assert answer == {"amount": Number(float(said))}
        assert from_result(to_result(answer, schema()), schema()) == answer


@pytest.mark.parametrize(("stored", "read"), [(0, 0), (2.0, 2), (99, 99), ("4", None), (None, None), (False, None)])
def test_a_ground_truth_is_read_as_the_screen_shows_it(stored: Any, read: Any) -> None:
    found = control(STEPS).from_regions([{"from_name": "amount", "type": "number", "value": {"number": stored}}])
    assert found == (None if read is None else Number(read))


def test_the_nearer_the_better() -> None:
    assert control(STEPS).partial(Number(10), Number(-5)) == 0
    assert control(STEPS).partial(Number(0), Number(3)) == pytest.approx(1 - 3 / 15)
    assert control().partial(Number(90), Number(100)) == pytest.approx(0.9), "without a range, by the larger one"
    assert control().partial(Number(-1), Number(1)) == 0
    assert (control().partial(None, None), control().partial(None, Number(0))) == (1, 0)


def test_a_range_without_numbers_and_numbers_per_region_are_named_and_left_alone() -> None:
    both = f'{HEAD}<Rating name="r" toName="t"/><Number name="amount" toName="t" %s/></View>'
    for attributes, why in (('min="5" max="3"', "no number is from 5 to 3"), ('perRegion="true"', "perRegion")):
        found = read_config(both % attributes)
        assert found.names == ("r",)
        assert why in found.unsupported[0]


def test_the_digest_follows_what_may_be_answered_and_a_version_of_before_goes_on() -> None:
    rated = f'{HEAD}<Rating name="r" toName="t"/>'
    before = read_config(f"{rated}</View>")
    now = read_config(f'{rated}<Number name="amount" toName="t"/></View>')
    assert now.fits(before.digest)
    assert now.as_of(before.digest).names == ("r",)
    assert len({schema(words).digest for words in ("", 'min="0"', 'max="1"', 'step="1"', 'required="true"')}) == 5
    assert schema('defaultValue="3"').digest == schema('slider="true"').digest


def test_a_long_row_of_digits_in_a_config_takes_no_time() -> None:
    start = process_time()
    assert control(f'max="{"1" * 50_000}x"').most is None
    assert process_time() - start < 5
