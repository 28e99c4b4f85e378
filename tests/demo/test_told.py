"""The stand-in's quotes, texts and numbers: found in the item by what the prompt tells of them."""

import json
from typing import Any

import pytest

from backend.domain.labels.config import read_config
from demo.stand_in.prompt import estimates

CONFIG = """<View>
  <Labels name="parts" toName="t"><Label value="Product"/><Label value="Order number"/></Labels>
  <Text name="t" value="$t"/>
  <Choices name="kind" toName="t"><Choice value="Complaint"/><Choice value="Question"/></Choices>
  <TextArea name="wish" toName="t" maxSubmissions="1"/>
  <Rating name="urgency" toName="t" maxRating="5"/>
</View>"""
PROMPT = """Read this message.
- Product: desk lamp, mug
- Order number: 10442, 20318
- Complaint: broken
- wish: please, send
- 2: whenever
- 5: today, urgent

{t}"""


def asked(
    item: str, with_schema: bool, prompt: str = PROMPT, shown: tuple[Any, ...] = (), config: str = CONFIG
) -> dict[str, Any]:
    """The likeliest answer to a request as the product makes it."""
    schema = read_config(config)
    said = [{"role": "system", "content": schema.describe({}, "")}, *shown]
    said.append({"role": "user", "content": prompt.replace("{t}", item)})
    found = estimates(said, schema.json_schema() if with_schema else None)
    return {field.name: None if field.labels else json.loads(field.filler) for field, _ in found}


@pytest.fixture(params=[True, False], ids=["schema", "system"])
def with_schema(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_phrases_that_the_prompt_lists_are_quoted_as_the_item_has_them(with_schema: bool) -> None:
    item = "Hello. Two MUGS and a desk lamp, order 20711; a desk, lamp."
    quotes = asked(item, with_schema, PROMPT)["parts"]
    assert [(one["label"], one["text"]) for one in quotes] == [
        ("Product", "MUGS"),
        ("Product", "desk lamp"),
        ("Order number", "20711"),
    ]
    assert quotes[1]["before"] == "Hello. Two MUGS and a"


def test_what_no_phrase_is_like_is_not_quoted(with_schema: bool) -> None:
    assert asked("Order 2071 of a lamp.", with_schema)["parts"] == []


def test_the_longest_phrase_is_quoted(with_schema: bool) -> None:
    quotes = asked("My desk lamp.", with_schema, PROMPT.replace("desk lamp", "lamp, desk lamp"))["parts"]
    assert [one["text"] for one in quotes] == ["desk lamp"]


def test_a_text_is_the_sentence_that_is_told_of(with_schema: bool) -> None:
    assert asked("It is broken. Please send it. Bye.", with_schema)["wish"] == "Please send it."
    assert asked("It is broken. Bye.", with_schema)["wish"] is None, "nothing to write"


def test_a_number_is_the_one_that_is_told_of(with_schema: bool) -> None:
    assert asked("I need 3 today.", with_schema)["urgency"] == 5
    assert asked("Take 3, whenever.", with_schema)["urgency"] == 2
    assert asked("Take 3.", with_schema)["urgency"] == 1


def test_without_a_word_about_them_values_are_copied_from_the_item(with_schema: bool) -> None:
    said = asked("Give me 3. Bye.", with_schema, "{t}")
    assert said["parts"] == [{"label": "Product", "text": "Give", "before": ""}]
    assert (said["wish"], said["urgency"]) == ("Give me 3.", 3)


def test_a_number_with_leading_zeros_is_written_as_json_has_it(with_schema: bool) -> None:
    assert asked("Order 03 of 007.", with_schema, "{t}")["urgency"] == 3


def test_marks_around_the_item_are_no_part_of_it(with_schema: bool) -> None:
    plain, marked = "Read this message.\n\n{t}", "Read this message.\n\n<item-0a1b2c>\n{t}\n</item-0a1b2c>"
    answer = asked("Two mugs, please.", with_schema, marked)
    assert answer["parts"], "something is quoted"
    assert answer == asked("Two mugs, please.", with_schema, plain)


def test_answered_messages_tell_as_much(with_schema: bool) -> None:
    answer = {"parts": [{"label": "Product", "text": "kettle", "before": ""}], "wish": "Refund it.", "urgency": 4}
    shown = (
        {"role": "user", "content": "The kettle leaks, refund it."},
        {"role": "assistant", "content": json.dumps(answer)},
    )
    said = asked("Well. A kettle. It leaks. I want a refund.", with_schema, "{t}", shown)
    assert [one["text"] for one in said["parts"]] == ["kettle"]
    assert (said["wish"], said["urgency"]) == ("I want a refund.", 4)


def test_what_describes_a_label_without_listing_anything_is_no_phrase(with_schema: bool) -> None:
    said = asked("Bob sells a mug", with_schema, "- Product: a mug\n\n{t}")
    assert [one["text"] for one in said["parts"]] == ["Bob"]


def test_what_else_is_asked_of_a_quote_is_in_its_line_or_the_quote_itself(with_schema: bool) -> None:
    parts = """<Choices name="state" toName="t" perRegion="true"><Choice value="broken"/><Choice value="new"/></Choices>
      <Choices name="colours" toName="t" perRegion="true" choice="multiple"><Choice value="red"/></Choices>
      <TextArea name="called" toName="t" perRegion="true" maxSubmissions="1"/>
      <Rating name="stars" toName="t" perRegion="true"/>"""
    found = asked(
        "My desk lamp is broken, 2 of 5.", with_schema, PROMPT, config=CONFIG.replace("</View>", f"{parts}</View>")
    )
    (lamp,) = found["parts"]
    assert {key: lamp[key] for key in ("state", "colours", "called", "stars")} == {
        "state": "broken",
        "colours": [],
        "called": "desk lamp",
        "stars": 2,
    }
    none = asked("My desk lamp.", with_schema, PROMPT, config=CONFIG.replace("</View>", f"{parts}</View>"))
    assert [none["parts"][0][key] for key in ("state", "stars")] == [None, None], "nothing is made up"


def test_neighbours_are_related_by_a_label_whose_words_stand_between_them(with_schema: bool) -> None:
    relations = '<Relations><Relation value="paid with"/><Relation value="belongs to"/></Relations>'
    config = CONFIG.replace("</View>", f"{relations}</View>")
    found = asked("The desk lamp belongs to 10443, not to 20317: my mug.", with_schema, PROMPT, config=config)
    by_id = {quote["id"]: quote["text"] for quote in found["parts"]}
    assert list(by_id.values()) == ["desk lamp", "10443", "20317", "mug"]
    assert [(by_id[one["from"]], one["label"], by_id[one["to"]]) for one in found["relations"]] == [
        ("desk lamp", "belongs to", "10443")
    ]
