"""A token bucket keeps its limit in each minute, wherever it begins, and loses little of it."""

from collections import deque

import pytest

from backend.domain.runs.rate_limit import BURST, FILL_SHARE, RateClaim, RateLimit, TokenBucket

REQUEST = RateClaim()


class SlidingWindow:
    """A server that refuses beyond `limit` units in the last 60 seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.refused = 0
        self._taken: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def ask(self, now: float, amount: float = 1.0) -> None:
        while self._taken and self._taken[0][0] <= now - 60:
            self._sum -= self._taken.popleft()[1]
        if self._sum + amount > self.limit:
            self.refused += 1
        else:
            self._taken.append((now, amount))
            self._sum += amount


def sent(limit: RateLimit, number: int, server: SlidingWindow, claim: RateClaim = REQUEST) -> float:
    """Sends `number` requests as fast as a bucket lets them; returns the seconds that took."""
    bucket, now, amount = TokenBucket(), 1000.0, claim.tokens or 1.0
    for _ in range(number):
        while (wait := bucket.take(now, limit, claim)) > 0:
            now += wait
        server.ask(now, amount)
    return now - 1000.0


@pytest.mark.parametrize("limit", [1, 3, 7, 33, 40, 60, 150, 600, 10_000])
def test_no_sliding_minute_holds_more_than_the_limit(limit: int) -> None:
    server = SlidingWindow(limit)
    seconds = sent(RateLimit(requests=limit), 3 * limit, server)
    assert server.refused == 0
    assert 3 * limit / seconds * 60 >= 0.95 * limit


def test_ten_minutes_of_tokens() -> None:
    server = SlidingWindow(60_000)
    seconds = sent(RateLimit(tokens=60_000), 1200, server, RateClaim(tokens=500))
    assert server.refused == 0
    assert 1200 * 500 / seconds * 60 >= 0.95 * 60_000


def test_both_limits_are_kept() -> None:
    limit, bucket, now = RateLimit(requests=60, tokens=6000), TokenBucket(), 0.0
    for _ in range(20):
        while (wait := bucket.take(now, limit, RateClaim(tokens=200))) > 0:
            now += wait
    assert now == pytest.approx(20 * 2 / FILL_SHARE, rel=0.1), "200 tokens take two seconds, a request one"


def test_more_tokens_than_were_expected_are_paid_off_and_fewer_given_back() -> None:
    limit, bucket = RateLimit(tokens=6000), TokenBucket()
    assert bucket.take(0.0, limit, RateClaim(tokens=BURST * 6000)) == 0.0
    assert bucket.take(0.0, limit, RateClaim(tokens=10)) == pytest.approx(10 / (FILL_SHARE * 100))
    assert bucket.take(0.0, limit, RateClaim(tokens=10, owed=970)) == pytest.approx(980 / (FILL_SHARE * 100))
    assert bucket.take(0.0, limit, RateClaim(tokens=10, owed=-980)) == 0.0


def test_a_claim_larger_than_the_bucket_passes_when_it_is_full() -> None:
    limit, bucket = RateLimit(tokens=6000), TokenBucket()
    assert bucket.take(0.0, limit, RateClaim(tokens=3000)) == 0.0
    assert bucket.take(0.0, limit, RateClaim(tokens=3000)) == pytest.approx(3000 / (FILL_SHARE * 100))


def test_no_count_of_a_server_and_no_pause_closes_it_for_longer_than_minutes() -> None:
    limit, bucket = RateLimit(requests=6000, tokens=6000), TokenBucket()
    assert bucket.take(0.0, limit, RateClaim(tokens=1, owed=1e15, pause_s=1e9)) <= 62
    assert bucket.take(124.0, limit, RateClaim(tokens=1)) == 0.0


def test_a_pause_holds_all_requests_back() -> None:
    limit, bucket = RateLimit(requests=6000), TokenBucket()
    assert bucket.take(0.0, limit, RateClaim(pause_s=7)) == 7
    assert bucket.take(3.0, limit, RateClaim(pause_s=1)) == 4
    assert bucket.take(7.0, limit, REQUEST) == 0.0


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    limit, bucket = RateLimit(requests=1), TokenBucket()
    assert bucket.take(100.0, limit, REQUEST) == 0.0
    assert bucket.take(40.0, limit, REQUEST) > 60


def test_a_limit_is_said() -> None:
    assert str(RateLimit(600, 90_000)) == "600 requests and 90,000 tokens a minute"
    assert str(RateLimit(tokens=1.5)) == "1.5 tokens a minute"


def test_the_parts_of_a_divided_limit_make_up_the_whole() -> None:
    limit = RateLimit(600.0, 9000.0, parts=3)
    assert {what: refill.rate for what, refill in limit.refills.items()} == pytest.approx(
        {"requests": FILL_SHARE * 600 / 60 / 3, "tokens": FILL_SHARE * 9000 / 60 / 3}
    )
    assert str(limit) == str(RateLimit(600.0, 9000.0))
