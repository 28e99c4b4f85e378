"""Quotes in a model's JSON, read and written."""

from backend.domain.answer import MarkedSpan
from backend.domain.labels.controls.quotes import described, quote_json, quote_schema, read_quote
from backend.domain.labels.placement.place import Quote
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
    text = "one two three four five six Bob"
    found = quote_json("Person", MarkedSpan(28, 31, "PER", "Bob"), text)
    assert found == {"label": "Person", "text": "Bob", "before": "two three four five six"}
    assert quote_json("Person", MarkedSpan(0, 3, "PER", "one"), text)["before"] == ""


def test_the_schema_is_strict_and_the_source_is_named() -> None:
    found = quote_schema(["Person"])
    assert found["additionalProperties"] is False
    assert found["required"] == list(found["properties"]) == ["label", "text", "before"]
    assert 'mentions in "review.body",' in described("$review.body")
