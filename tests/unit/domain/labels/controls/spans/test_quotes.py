"""Quotes in a model's JSON, read and written."""

from backend.domain.labels.controls.spans.quotes import described, quote_json, quote_schema, read_quote
from backend.domain.labels.placement.location import Quote
from backend.domain.outcome import Rejection


def stored(label: str) -> str | None:
    return {"Person": "PER"}.get(label)


def test_a_quote_is_read_with_the_label_as_it_is_stored() -> None:
    assert read_quote({"label": "Person", "text": "Bob", "before": "met"}, "ner", stored) == Quote("Bob", "PER", "met")


def test_words_before_may_be_left_out_and_other_keys_do_not_matter() -> None:
    item = {"label": "Person", "text": "Bob", "before": None, "start": 3}
    assert read_quote(item, "ner", stored) == Quote("Bob", "PER")


def test_what_lacks_a_part_is_named() -> None:
    found = [read_quote(item, "ner", stored) for item in ({"label": "Person"}, {"text": "Bob"})]
    assert found == [Rejection("missing_field", f"A span of 'ner' has no '{part}'.") for part in ("text", "label")]


def test_the_words_before_a_span_are_the_last_five() -> None:
    found = quote_json("Person", Quote("Bob", "PER", "one two three four five six "))
    assert found == {"label": "Person", "text": "Bob", "before": "two three four five six"}
    assert quote_json("Person", Quote("one", "PER"))["before"] == ""


def test_a_quote_from_a_dialogue_has_the_number_of_its_turn() -> None:
    said = {"turn": 2, "label": "Person", "text": "Bob", "before": "met"}
    found = read_quote(said, "ner", stored, turns=True)
    assert isinstance(found, Quote)
    assert found == Quote("Bob", "PER", "met", 2)
    assert quote_json("Person", found) == said
    assert read_quote(said, "ner", stored) == Quote("Bob", "PER", "met"), "a text has no turns"
    assert quote_schema(["Person"], turns=True)["required"] == ["turn", "label", "text", "before"]
    assert '"turn": the number in square brackets' in described("$talk", turns=True)
    assert '"turn"' not in described("$talk")


def test_the_schema_is_strict_and_the_source_is_named() -> None:
    found = quote_schema(["Person"])
    assert found["additionalProperties"] is False
    assert found["required"] == list(found["properties"]) == ["label", "text", "before"]
    assert 'mentions in "review.body",' in described("$review.body")
