"""What a model may say of a date or time: one shape for each form, and only what is in the calendar."""

import pytest

from backend.domain.labels.controls.values.moment_form import (
    DATE,
    DATE_AND_TIME,
    MONTH,
    TIME,
    YEAR,
    MomentForm,
    moment_said,
)


@pytest.mark.parametrize(
    ("form", "text"),
    [(DATE_AND_TIME, "2024-02-29T23:59"), (DATE, "1000-01-01"), (MONTH, "2024-12"), (YEAR, "9999"), (TIME, "00:00")],
)
def test_what_is_read_is_written_the_same(form: MomentForm, text: str) -> None:
    moment = form.read(text)
    assert moment is not None
    assert form.write(moment) == text
    assert moment_said(text) == moment


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (DATE, "2023-02-29"),
        (DATE, "0999-01-01"),
        (DATE, "2024-2-3"),
        (DATE, "20240203"),
        (DATE, "2024-W05-1"),
        (DATE, " 2024-02-03"),
        (DATE, "٢٠٢٤-01-01"),
        (DATE_AND_TIME, "2024-02-03T04:05Z"),
        (DATE_AND_TIME, "2024-02-03 04:05"),
        (DATE_AND_TIME, "2024-02-03T24:00"),
        (MONTH, "2024-13"),
        (YEAR, "24"),
        (TIME, "4:05"),
        (TIME, "04:60"),
    ],
)
def test_nothing_else_is_read(form: MomentForm, text: str) -> None:
    assert form.read(text) is moment_said(text) is None
