"""<DateTime>: what is asked for, what is accepted and how it is stored."""

from typing import Any

import pytest

from backend.domain.answer import Moment, Number
from backend.domain.answer_json import answer_json
from backend.domain.dataset.ground_truth import truth_of
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection
from backend.domain.prompts.default_prompt import first_prompt

HEAD = '<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="Good"/></Choices>'
OLD = read_config(f"{HEAD}</View>")


def schema(attributes: str = "") -> LabelSchema:
    return read_config(f'{HEAD}<DateTime name="at" toName="t" {attributes}/></View>')


def control(attributes: str = "") -> Any:
    return schema(attributes).by_name["at"]


def region(stored: Any) -> dict[str, Any]:
    return {"from_name": "at", "to_name": "t", "type": "datetime", "value": {"datetime": stored}}


def test_what_is_asked_for() -> None:
    assert control().json_schema() == {"type": ["string", "null"]}
    assert control('only="date" required="true"').json_schema() == {"type": "string"}
    assert control('only="year"').json_schema() == {"type": ["integer", "null"]}
    assert control().describe({}) == '"at": null if there is none, else a date and time as YYYY-MM-DDTHH:MM'
    limits = 'only="date" min="2020-01-01" max="2024-12-31" required="true"'
    assert control(limits).describe({}) == '"at": a date as YYYY-MM-DD, not before 2020-01-01, not after 2024-12-31'
    assert control('only="year" required="true"').describe({}) == '"at": a year as a whole number'
    assert "Find the dates and times (at) for this item." in first_prompt(schema()).template


@pytest.mark.parametrize(
    ("attributes", "said", "stored"),
    [
        ("", "2024-02-03T04:05", "2024-02-03T04:05"),
        ('only="date,time"', "2024-02-03T04:05", "2024-02-03T04:05"),
        ('only="date"', "2024-02-03", "2024-02-03"),
        ('only="time"', "04:05", "04:05"),
        ('only="time" format="%I %p"', "04:05", "04:05"),
        ('only="year"', 2024, "2024-01-01"),
        ('only="year" format="%Y"', 2024.0, "2024"),
        ('only="month,year"', "2024-02", "2024-02-01"),
        ('format="%d.%m.%Y"', "2024-02-03", "03.02.2024"),
        ('only="date" format="%B %-d, %y"', "2024-02-03", "February 3, 24"),
        ('only="date" format="%Y-%m"', "2024-02", "2024-02"),
        ('only="date" format="%Y-%m-%dT%H:%M:%S"', "2024-02-03", "2024-02-03T00:00:00"),
        ('format="%d.%m.%Y %I:%M %p"', "2024-02-03T16:05", "03.02.2024 04:05 PM"),
    ],
)
def test_each_form_is_stored_in_the_format_of_the_control(attributes: str, said: Any, stored: str) -> None:
    value = control(attributes).parse(said)
    assert isinstance(value, Moment)
    assert control(attributes).to_regions(value) == [region(stored)]
    assert control(attributes).from_regions([region(stored)]) == value
    assert control(attributes).to_json(value) == said
    assert answer_json({"at": value}) == {"at": [str(said).removesuffix(".0")]}


@pytest.mark.parametrize(
    ("attributes", "said", "reason"),
    [
        ("", "2024-02-03", "bad_date"),
        ("", "2024-02-03T04:05:06", "bad_date"),
        ("", "2024-02-03T04:05Z", "bad_date"),
        ("", "yesterday", "bad_date"),
        ("", "", "bad_date"),
        ("", 20240203, "wrong_type"),
        ("", True, "wrong_type"),
        ("", ["2024-02-03T04:05"], "wrong_type"),
        ('only="date"', "2024-02-31", "bad_date"),
        ('only="date"', "03.02.2024", "bad_date"),
        ('only="time"', "24:00", "bad_date"),
        ('only="year"', "2024", "wrong_type"),
        ('only="year"', 2024.5, "wrong_type"),
        ('only="year"', 24, "bad_date"),
        ('only="date" min="2020-01-01"', "2019-12-31", "bad_date"),
        ('only="date" max="2020-01-01"', "2020-01-02", "bad_date"),
        ('max="2020-01-01"', "2020-01-02T00:00", "bad_date"),
        ('only="year" max="2020"', 2021, "bad_date"),
        ('only="date" format="%d.%m.%y"', "1950-01-01", "bad_date"),
    ],
)
def test_nothing_is_guessed_or_rolled_over(attributes: str, said: Any, reason: str) -> None:
    found = control(attributes).parse(said)
    assert isinstance(found, Rejection)
    assert found.reason == reason
    assert len(found.detail) < 160


def test_the_ends_of_a_range_belong_to_it() -> None:
    both = control('only="date" min="2020-01-01" max="2020-01-02"')
    assert [both.parse(day) for day in ("2020-01-01", "2020-01-02")] == [Moment("2020-01-01"), Moment("2020-01-02")]
    assert control('min="soon" max="current"').parse("1999-01-01T00:00") == Moment("1999-01-01T00:00")


@pytest.mark.parametrize(
    ("attributes", "stored", "read"),
    [
        ("", "2024-02-03", None),
        ("", "2024-02-03T04:05:06", None),
        ('only="date"', "2024-2-3", "2024-02-03"),
        ('only="date"', "2024-02-31", "2024-03-02"),
        ('only="year"', "2024-07-05", "2024"),
        ('only="year"', "2024", None),
        ('only="time"', "04:05:06", "04:05"),
        ('only="time"', "4:05", None),
        ("", 2024, None),
        ("", None, None),
    ],
)
def test_a_ground_truth_is_read_as_the_screen_shows_it(attributes: str, stored: Any, read: str | None) -> None:
    assert control(attributes).from_regions([region(stored)]) == (None if read is None else Moment(read))


def test_a_region_without_a_date_is_none() -> None:
    assert control().from_regions([{"from_name": "at", "value": None}, {"from_name": "at", "value": {}}]) is None


def test_a_required_date_must_be_there() -> None:
    found = schema('required="true"').parse({"mood": "Good", "at": None})
    assert found == Rejection("missing_field", "'at' takes at least one date, the answer has none.")
    good = {"from_name": "mood", "to_name": "t", "type": "choices", "value": {"choices": ["Good"]}}
    annotations = [{"ground_truth": True, "result": [good]}]
    assert truth_of(1, annotations, "ground-truth", schema('required="true"')) is None
    assert truth_of(1, annotations, "ground-truth", schema()) is not None


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ('only="month"', "it keeps neither a date, a month nor a year"),
        ('format="%H:%M"', "it keeps neither a date, a month nor a year"),
        ('only="date" format="%d %m"', "it keeps neither a date, a month nor a year"),
        ('format="%A %Y"', "the directive %A in its format"),
        ('perRegion="true"', 'perRegion="true" without spans that a prompt marks'),
        ('perItem="true"', 'perItem="true" (per item)'),
    ],
)
def test_what_cannot_be_asked_for_is_named_and_left_alone(attributes: str, why: str) -> None:
    found = schema(attributes)
    assert found.names == ("mood",)
    assert found.unsupported == (f"<DateTime name='at'> ({why})",)


def test_the_digest_follows_what_may_be_answered() -> None:
    kinds = ("", 'only="date"', 'only="year"', 'format="%d.%m.%Y"', 'min="2020-01-01"', 'required="true"')
    assert len({schema(words).digest for words in kinds}) == len(kinds)
    assert schema('format="%Y-%m-%dT%H:%M" hotkey="d"').digest == schema().digest


def test_a_version_of_before_goes_on_without_it() -> None:
    for former in OLD.digests:
        assert schema().as_of(former).names == ("mood",)
        assert schema().as_of(former).json_schema() == OLD.json_schema()


def test_dates_of_a_former_control_of_that_name_are_none() -> None:
    assert control().renamed(Number(2024), {}) is None
    assert control().renamed(Moment("2024-02-03"), {}) is None
    assert control().show(None) == "(none)"
