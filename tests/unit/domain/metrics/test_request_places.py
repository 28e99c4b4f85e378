"""Requests are numbered as a dictionary would number them, in a fraction of its bytes."""

import random
import tracemalloc

import pytest

from backend.domain.metrics.request_places import FIRST_SIZE, RequestPlaces


def test_they_are_numbered_as_by_a_dictionary() -> None:
    draw = random.Random(7)
    keys = [draw.choice((draw.getrandbits(63), -draw.getrandbits(63), draw.randrange(-9, 9))) for _ in range(20_000)]
    known: dict[int, int] = {}
    places = RequestPlaces()
    for key in keys:
        assert places.of(key) == known.setdefault(key, len(known))
    assert [places.of(key) for key in known] == list(known.values())
    assert len(places) == len(known) > FIRST_SIZE


def test_keys_that_meet_in_one_slot_are_told_apart() -> None:
    places = RequestPlaces()
    assert [places.of(n * FIRST_SIZE) for n in (1, 2, 3, 2, 1)] == [0, 1, 2, 1, 0]


@pytest.mark.slow
def test_each_takes_few_bytes() -> None:
    tracemalloc.start()
    places = RequestPlaces()
    for key in range(25_000):
        places.of(hash(str(key)))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 25 * len(places)
