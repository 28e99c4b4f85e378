"""Counts in attributes."""

from typing import Any

import pytest

from backend.domain.labels.config import read_config
from backend.domain.labels.controls.count_attribute import count_in
from backend.errors import LabelConfigError

ENDLESS = "9" * 5000
CONTROLS = (
    ("TextArea", "maxSubmissions", ""),
    ("Taxonomy", "maxUsages", '<Choice value="A"/>'),
    ("Rating", "maxRating", ""),
    *(("Number", name, "") for name in ("min", "max", "step")),
    *(("DateTime", name, "") for name in ("min", "max", "format")),
)


@pytest.mark.parametrize(
    ("written", "count"),
    [("1", 1), (" 12 ", 12), ("0", None), ("", None), ("-3", None), ("2.5", None), ("\u0663", None), (ENDLESS, None)],
)
def test_a_count(written: str, count: int | None) -> None:
    assert count_in(written) == count


@pytest.mark.parametrize(
    "value", [ENDLESS, f"-{ENDLESS}", f"0.{ENDLESS}", f"1e{ENDLESS}", "\u00b2", "NaN", "1e999", ""]
)
@pytest.mark.parametrize(("tag", "name", "inside"), CONTROLS)
def test_no_number_in_a_config_breaks_its_reading(tag: str, name: str, inside: str, value: Any) -> None:
    control = f'<{tag} name="c" toName="t" {name}="{value}">{inside}</{tag}>'
    config = f'<View><Text name="t" value="$text"/>{control}</View>'
    if _is_refused(config):
        return
    schema = read_config(config)
    assert schema.names == ("c",)
    assert schema.json_schema()


def _is_refused(config: str) -> bool:
    try:
        read_config(config)
    except LabelConfigError:
        return True
    return False
