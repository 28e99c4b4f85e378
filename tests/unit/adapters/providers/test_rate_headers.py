"""Which limits a server states, and of which time they are."""

from time import process_time

import pytest

from backend.adapters.providers.rate_headers import RateHeaders, seconds_of


def noted(*answers: dict[str, str]) -> tuple[float | None, float | None]:
    headers = RateHeaders()
    for answer in answers:
        headers.note("m", answer)
    assert headers.limits("another") == (None, None)
    return headers.limits("m")


def of(what: str, limit: str, reset: str | None) -> dict[str, str]:
    found = {f"x-ratelimit-limit-{what}": limit}
    return found if reset is None else found | {f"x-ratelimit-reset-{what}": reset}


def test_a_limit_counts_once_it_was_seen_to_be_one_of_a_minute() -> None:
    assert noted(of("requests", "600", "100ms")) == (None, None), "that long a minute's limit needs no waiting"
    assert noted(of("requests", "600", "100ms"), of("requests", "600", "2.5s")) == (600, None)
    assert noted(of("requests", "600", "59.9"), of("tokens", "90000", "1m0s")) == (600, 90_000)
    assert noted(of("tokens", "90000", None)) == (None, 90_000)


def test_a_limit_of_a_day_is_none_of_a_minute() -> None:
    assert noted(of("requests", "14400", "2m59.56s")) == (None, None)
    assert noted(of("requests", "14400", "6s"), of("requests", "14400", "4h2m"), of("requests", "14400", "6s")) == (
        None,
        None,
    )


def test_the_last_stated_limit_counts() -> None:
    assert noted(of("requests", "600", "30s"), of("requests", "60", "30s")) == (60, None)


def test_anthropic_names_its_limits_otherwise() -> None:
    stated = {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-tokens-limit": "40000"}
    assert noted(stated) == (50, 40_000)


@pytest.mark.parametrize("limit", ["", "unlimited", "-1", "0", "nan", "inf", "1e400", "600;w=60"])
def test_what_is_no_limit_is_left_alone(limit: str) -> None:
    assert noted(of("requests", limit, "30s"), of("tokens", limit, None)) == (None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("1s", 1.0),
        ("20ms", 0.02),
        ("2m59.56s", 179.56),
        ("1h2m3s", 3723.0),
        ("12.5", 12.5),
        ("1700000060", 60.0),
        ("1700000060000", 60.0),
        ("2023-11-14T22:14:20Z", 60.0),
        ("soon", None),
        ("5 apples", None),
        ("", None),
    ],
)
def test_times_come_in_many_forms(text: str, seconds: float | None) -> None:
    assert seconds_of(text, 1_700_000_000.0) == (None if seconds is None else pytest.approx(seconds))


def test_a_long_row_of_digits_takes_no_time() -> None:
    start = process_time()
    assert seconds_of("1" * 50_000 + "x") is None
    assert process_time() - start < 5
