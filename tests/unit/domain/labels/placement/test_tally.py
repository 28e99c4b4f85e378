"""What a run says about its quotes."""

from backend.domain.labels.placement.place import Quote, place
from backend.domain.labels.placement.tally import PlacementTally, tally, tally_of


def test_tiers_and_reasons_are_counted() -> None:
    text = "Anna met “Bob”. Bob left with Anna Lee."
    quotes = [Quote(quote, "PER") for quote in ("met", '"Bob"', "Anna\nLee", "Bob", "Cy", " ")]
    found = tally(place(text, quotes))
    assert found.sentence == "3 located (1 exact, 1 by space, 1 by fold), 1 ambiguous, 1 absent, 1 empty"


def test_nothing_was_quoted() -> None:
    assert tally([]) == PlacementTally({}, {})
    assert tally([]).sentence == "0 located"


def test_counts_of_nothing_are_none() -> None:
    assert tally_of({}, {}) is None
    assert tally_of({"exact": 2}, {"absent": 1}) == PlacementTally({"exact": 2}, {"absent": 1})
