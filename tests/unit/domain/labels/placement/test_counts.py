"""What a run says about its quotes."""

from backend.domain.labels.placement.counts import PlacementCounts, counts_or_none, placement_counts
from backend.domain.labels.placement.location import Quote, locate


def test_tiers_and_reasons_are_counted() -> None:
    text = "Anna met “Bob”. Bob left with Anna Lee."
    quotes = [Quote(quote, "PER") for quote in ("met", '"Bob"', "Anna\nLee", "Bob", "Cy", " ")]
    found = placement_counts(locate(text, quotes))
    assert found.sentence == "3 located (1 exact, 1 by space, 1 by fold), 1 ambiguous, 1 absent, 1 empty"


def test_nothing_was_quoted() -> None:
    assert placement_counts([]) == PlacementCounts({}, {})
    assert placement_counts([]).sentence == "0 located"


def test_counts_of_nothing_are_none() -> None:
    assert counts_or_none({}, {}) is None
    assert counts_or_none({"exact": 2}, {"absent": 1}) == PlacementCounts({"exact": 2}, {"absent": 1})
