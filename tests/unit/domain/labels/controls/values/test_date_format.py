"""Formats of d3: what is written, what is read as the screen shows it, and what is refused."""

from datetime import datetime

import pytest

from backend.domain.labels.controls.values.date_format import DateFormat, date_format

AT = datetime(2024, 2, 3, 16, 5)


def known(text: str) -> DateFormat:
    found = date_format(text)
    assert isinstance(found, DateFormat), found
    return found


@pytest.mark.parametrize(
    ("text", "written", "parts"),
    [
        ("%Y-%m-%dT%H:%M", "2024-02-03T16:05", "YmdHM"),
        ("%d.%m.%y", "03.02.24", "Ymd"),
        ("%-d. %B %Y", "3. February 2024", "Ymd"),
        ("%b %d, %Y at %I:%M:%S %p", "Feb 03, 2024 at 04:05:00 PM", "YmdHM"),
        ("%-m/%Y 100%% (sic)*", "2/2024 100% (sic)*", "Ym"),
    ],
)
def test_what_is_written_is_read_again(text: str, written: str, parts: str) -> None:
    assert known(text).write(AT) == written
    assert known(text).parts == set(parts)
    read = known(text).read(written)
    assert read is not None
    assert known(text).write(read) == written


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("%Y-%m-%d", "2024-2-3", datetime(2024, 2, 3)),
        ("%Y-%m-%d", "2024-02-31", datetime(2024, 3, 2)),
        ("%Y-%m-%d", "2024-13-01", datetime(2025, 1, 1)),
        ("%Y-%m-%d", "2024-02-03T04:05", None),
        ("%Y-%m-%d", "9999-12-99", None),
        ("%Y-%m-%d", "0000-01-01", None),
        ("%Y-%m-%d", "٢٠٢٤-01-01", None),
        ("%d.%m.%Y", "2024-02-03", None),
        ("%d.%m.%Y", "03-02-2024", None),
        ("%y", "69", datetime(1969, 1, 1)),
        ("%y", "68", datetime(2068, 1, 1)),
        ("%d %b %Y", "3 fEB 2024", datetime(2024, 2, 3)),
        ("%I %p", "12 am", datetime(1900, 1, 1)),
        ("%I %p", "12 PM", datetime(1900, 1, 1, 12)),
    ],
)
def test_what_is_stored_is_read_as_the_screen_shows_it(text: str, stored: str, shown: datetime | None) -> None:
    assert known(text).read(stored) == shown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("%A %Y", "the directive %A in its format"),
        ("%Y-%m-%d %Z", "the directive %Z in its format"),
        ("%Y %", "the directive % in its format"),
        ("%Y %Y", "a directive twice in its format"),
        ("%Y" * 51, "a format of more than 100 characters"),
    ],
)
def test_others_are_refused(text: str, why: str) -> None:
    assert date_format(text) == why
