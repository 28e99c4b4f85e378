"""The stand-in's dates: those of the item, in the shape that is asked for."""

import json

import pytest

from backend.domain.labels.config import read_config
from demo.stand_in.dates import date_in, shape_of
from demo.stand_in.fields import Field
from demo.stand_in.prompt import estimates

ITEM = "Order 77 came on 2024-02-03T04:05, the next on 2024-03-01."
FORMS = {
    "": "2024-02-03T04:05",
    'only="date"': "2024-02-03",
    'only="time"': "04:05",
    'only="month,year"': "2024-02",
}


def answered(attributes: str, item: str, with_schema: bool) -> Field:
    schema = read_config(f'<View><Text name="t" value="$t"/><DateTime name="at" toName="t" {attributes}/></View>')
    messages = [{"role": "system", "content": schema.describe({}, "")}, {"role": "user", "content": item}]
    ((field, _),) = estimates(messages, schema.json_schema() if with_schema else None)
    return field


@pytest.mark.parametrize("with_schema", [True, False], ids=["schema", "system"])
@pytest.mark.parametrize(("attributes", "found"), FORMS.items())
def test_the_first_date_of_the_item_is_copied(attributes: str, found: str, with_schema: bool) -> None:
    assert json.loads(answered(attributes, ITEM, with_schema).filler) == found
    assert answered(attributes, "Order 77.", with_schema).filler == "null"
    assert json.loads(answered(f'{attributes} required="true"', "Order 77.", with_schema).filler)[:4] in (
        "2000",
        "00:0",
    )


@pytest.mark.parametrize("with_schema", [True, False], ids=["schema", "system"])
def test_a_year_is_a_number(with_schema: bool) -> None:
    assert answered('only="year"', "In 1999.", with_schema).filler == "1999"


def test_only_whole_dates_count() -> None:
    assert date_in("12024-02-031", "YYYY-MM-DD", nullable=True) == "null"
    assert shape_of("null if there is none, else a text") == ""
