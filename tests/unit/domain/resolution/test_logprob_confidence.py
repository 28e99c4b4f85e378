"""Confidence: the chain rule over the tokens of the answer's values, and None where that can't be told."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.branches import branches
from backend.domain.chat.response_parser import read
from backend.domain.chat.value_places import value_spans
from backend.domain.labels.config import read_config
from backend.domain.outcome import Rejection
from backend.domain.resolution.logprob_confidence import Counted
from backend.domain.resolution.logprob_confidence import confidence as probable
from tests.scripted import GOOD, choices, completion, some, tokens

MOOD = choices("Good", "Bad", "Refund", "Refund request")
MANY = choices("A", "B", "C", choice="multiple")
TWO = read_config("""<View><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>
<Choices name="topics" toName="text" choice="multiple"><Choice value="Price"/></Choices></View>""")


def keys(schema: Any) -> Any:
    return {field.name: field.nullable for field in schema.fields}


def both(said: Any, schema: Any) -> Any:
    return probable(said, Counted(keys(schema), (), schema.allowed))


def confidence(said: Any, schema: Any) -> Any:
    """Of the whole answer."""
    found = both(said, schema)
    return found and found.joint


def sure(*pieces: Any, schema: Any = MOOD) -> Any:
    return confidence(tokens(*pieces), schema)


def test_only_tokens_of_the_value_count_and_those_that_only_could_follow_do_not() -> None:
    found = sure(('{"', 0.5), ("mood", 0.5), ('": "', 0.5), ("Go", 0.9), ("od", 0.8), ('"', 0.7), ("}", 0.5))
    assert found == pytest.approx(0.9)


def test_a_label_that_another_begins_with_is_told_by_its_ending() -> None:
    head = (('{"mood": "', 1.0), ("Refund", 0.9))
    assert sure(*head, ('"', 0.3), ("}", 1.0)) == pytest.approx(0.27)
    assert sure(*head, (" request", 0.7), ('"}', 1.0)) == pytest.approx(0.63)


def test_tokens_that_cross_the_edge_of_a_value_count_whole() -> None:
    assert sure(('{"mood":"Re', 0.5), ('fund"}', 0.4)) == pytest.approx(0.2)
    assert sure((GOOD, 0.25)) == pytest.approx(0.25)


def test_tokens_that_only_touch_a_value_do_not_count() -> None:
    assert sure(('{"mood": "', 0.1), ('Good"', 0.5), ("}\n", 0.1)) == pytest.approx(0.5)


def test_empty_tokens_do_no_harm() -> None:
    assert sure(("", 0.5), ('{"mood": "', 1.0), ("", 0.5), ('Good"', 0.5), ("}", 1.0), ("", 0.5)) == pytest.approx(0.5)


def test_in_a_list_everything_behind_the_bracket_counts_to_the_closing_one() -> None:
    listed = (('{"mood": [', 0.1), ('"', 0.9), ("A", 0.8), ('", "', 0.7), ("C", 0.6), ('"]', 0.5), ("}", 0.1))
    assert sure(*listed, schema=MANY) == pytest.approx(0.9 * 0.8 * 0.7 * 0.6 * 0.5)


def test_an_empty_list_is_as_sure_as_its_end() -> None:
    assert sure(('{"mood": [', 0.1), ("]", 0.4), ("}", 0.1), schema=MANY) == pytest.approx(0.4)


def test_several_controls_are_multiplied() -> None:
    pieces = (('{"topics": [', 0.1), ("]", 0.5), (', "mood": "', 0.1), ("Good", 0.6), ('"}', 0.9))
    assert sure(*pieces, schema=TWO) == pytest.approx(0.5 * 0.6)
    assert some(both(tokens(*pieces), TWO)).controls == pytest.approx({"mood": 0.6, "topics": 0.5})


def test_where_null_was_possible_the_opening_quote_counts_too() -> None:
    maybe = choices("Good", inside='visibleWhen="no-region-selected"')
    assert sure(('{"mood": ', 0.1), ('"', 0.6), ('Good"', 0.9), ("}", 0.1), schema=maybe) == pytest.approx(0.6)
    assert sure(('{"mood": ', 0.1), ("null", 0.4), ("}", 0.1), schema=maybe) == pytest.approx(0.4)


def test_what_the_model_says_beside_the_answer_does_not_count() -> None:
    pieces = (('{"why": "', 0.1), ("so", 0.1), ('", "mood": "', 0.1), ('Good"', 0.8), ("}", 0.1))
    assert sure(*pieces) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<think>{"mood": "Bad"}? No: "x": "y".</think>', ""),
        ('With {x} and "a": "b" it is ', ""),
        ("```json\n", "\n```"),
        ("", '\nbecause "mood": "Good" fits, and "text" is: positive'),
    ],
)
def test_what_stands_around_the_answer_does_not_count(before: Any, after: Any) -> None:
    assert sure((before, 0.1), ('{"mood": "', 0.1), ('Good"', 0.8), ("}", 0.1), (after, 0.1)) == pytest.approx(0.8)


def test_a_number_as_a_label_counts() -> None:
    assert sure(('{"mood": ', 0.1), ("5", 0.4), ("}", 0.1), schema=choices("5", "6")) == pytest.approx(0.4)


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        (),
        (("{", 0.0),),
        ((GOOD.strip("}"), 0.0),),
        ((GOOD, 0.0), ("}", 0.0)),
        ((GOOD, math.nan),),
        ((GOOD, math.inf),),
    ],
)
def test_without_log_probabilities_that_fit_there_is_none(logprobs: Any) -> None:
    assert confidence(completion(GOOD, logprobs=logprobs), MOOD) is None


@pytest.mark.parametrize("text", ["", "Good", "{}", '{"feeling": "Good"}', '{"mood": "Go', f"{GOOD}{GOOD}"])
def test_without_an_answer_there_is_none(text: Any) -> None:
    assert confidence(completion(text, logprobs=((text, -0.1),)), MOOD) is None


def test_stored_tokens_that_hold_more_than_the_text_are_aligned() -> None:
    behind = (("}", 1.0), ("\n", 0.9), ("    ", 0.8), ("", 0.7))
    pieces = (("So", 0.1), (GOOD, 0.1), ("</think>", 0.1), ('{"mood": "', 1.0), ("Go", 0.9), ('od"', 0.8), *behind)
    said = tokens(*pieces)
    assert confidence(replace(said, text=GOOD), MOOD) == pytest.approx(0.9)


def test_an_impossible_token_makes_an_impossible_answer() -> None:
    assert confidence(completion(GOOD, logprobs=((GOOD, -math.inf),)), MOOD) == 0.0
    assert confidence(completion(GOOD, logprobs=((GOOD, -9999.0),)), MOOD) == 0.0


def test_rounding_never_makes_it_more_than_certain() -> None:
    assert confidence(completion(GOOD, logprobs=((GOOD, 1e-9),)), MOOD) == 1.0


def test_where_values_stand() -> None:
    text = 'So: {"a" : "x\\"y", "b":[1, "}"],"c": null , "d\\n":{"e": "f"}}'
    assert {key: text[slice(*span)] for key, span in value_spans(text).items()} == {
        "a": '"x\\"y"',
        "b": '[1, "}"]',
        "c": "null",
        "d\n": '{"e": "f"}',
    }


json_values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.text(), json_values, min_size=1), st.sampled_from([None, 1]), st.booleans())
def test_every_value_of_any_object_is_found(values: Any, indent: Any, ascii_only: Any) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
    assert {key: json.loads(text[slice(*span)]) for key, span in value_spans(text).items()} == values


@given(st.text() | st.text(st.sampled_from('{}[]":,\\ amood')))
def test_no_text_breaks_the_search(text: Any) -> None:
    assert all(0 <= first < last <= len(text) for first, last in value_spans(text).values())
    assert confidence(completion(text, logprobs=((text, -0.5),)), MOOD) is None or "mood" in text


@given(st.data())
def test_it_is_the_product_over_the_tokens_at_which_labels_branch_however_the_text_is_cut(data: st.DataObject) -> None:
    text = '{"mood": "Refund request"}'
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1))))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    chances = data.draw(st.lists(st.floats(0.01, 1), min_size=len(pieces), max_size=len(pieces)))
    first, last = text.index("Refund"), text.index(" request")  # "R" is told from "Good", then " " from the end
    starts = [0, *cuts]
    expected = math.prod(
        chance
        for start, piece, chance in zip(starts, pieces, chances, strict=True)
        if any(place < start + len(piece) and start <= place for place in (first, last))
    )
    found = sure(*zip(pieces, chances, strict=True))
    assert found == pytest.approx(expected)
    assert not isinstance(read(completion(text), MOOD), Rejection)


@given(st.lists(st.floats(), min_size=3, max_size=3))
def test_whatever_the_numbers_are_it_is_a_probability_or_none(numbers: Any) -> None:
    pieces = ('{"mood": "', 'Good"', "}")
    found = confidence(completion(GOOD, logprobs=tuple(zip(pieces, numbers, strict=True))), MOOD)
    assert found is None or 0 <= found <= 1


def told(*pieces: tuple[str, float, dict[str, float]], text: str, schema: Any = MOOD) -> Any:
    """The confidence of tokens, each with its probability and those of others in its place."""
    reported = [(token.encode(), math.log(chance)) for token, chance, _ in pieces]
    rivals = [tuple((other, math.log(p)) for other, p in others.items()) for _, _, others in pieces]
    found = replace(
        tokens(*((token, chance) for token, chance, _ in pieces)),
        branches=branches(text, reported, schema.allowed, rivals.__getitem__),
    )
    assert (found.text, found.branches is None) == (text, False)
    return both(found, schema)


HEAD = ('{"mood": "', 0.1, {"x": 0.9})


def test_the_probability_is_among_the_labels_whatever_else_the_model_would_have_said() -> None:
    found = told(
        HEAD,
        ("Go", 0.02, {"I": 0.9, "Go": 0.02, "Bad": 0.01, "x": 0.0001}),
        ("od", 0.9, {}),
        ('"}', 0.001, {}),
        text=GOOD,
    )
    assert found.joint == pytest.approx(2 / 3, abs=0.02)


def test_a_token_that_is_shared_leaves_the_choice_to_the_next_one() -> None:
    text = '{"mood": "Refund request"}'
    first = ("Refund", 0.8, {"Refund": 0.8, "Good": 0.2})
    found = told(HEAD, first, (" request", 0.5, {" request": 0.5, '"}': 0.3, '",': 0.2}), ('"}', 1.0, {}), text=text)
    assert found.joint == pytest.approx(0.4, abs=0.001)


def test_a_beginning_of_the_answer_counts_for_it() -> None:
    found = told(HEAD, ("Go", 0.5, {"Go": 0.5, "G": 0.3, "Bad": 0.2}), ('od"}', 1.0, {}), text=GOOD)
    assert found.joint == pytest.approx(0.8, abs=0.001)


def test_behind_a_beginning_of_its_label_a_list_may_still_go_on() -> None:
    text, schema = '{"mood": ["Human"]}', choices("Human", "Number", choice="multiple")
    first = ("Human", 0.5, {"Human": 0.5, "Hum": 0.4, "Number": 0.1})
    begin, end = ('{"mood": ["', 1.0, {'{"mood": ["': 1.0}), ("]", 0.5, {"]": 0.5, ",": 0.5})
    found = told(begin, first, ('"', 1.0, {}), end, ("}", 1.0, {}), text=text, schema=schema)
    assert found.joint == pytest.approx(0.9 * 0.5, abs=0.001)


@pytest.mark.parametrize(
    "pieces",
    [
        (("Go", 0.001, {"I": 0.5, "Bad": 0.002}), ('od"}', 1.0, {})),
        (("Go", 0.2, {"I": 0.2, "It": 0.2, "Go": 0.2}), ('od"}', 1.0, {})),
        (("G", 0.9, {"G": 0.9, "Bad": 0.1}), ("ood", 0.00001, {}), ('"}', 1.0, {})),
    ],
    ids=["not among those told", "too much was not told", "forced by the schema"],
)
def test_where_the_server_does_not_tell_enough_there_is_none(pieces: Any) -> None:
    assert told(HEAD, *pieces, text=GOOD) is None


def test_the_letters_of_an_answer_may_be_escaped() -> None:
    schema = choices("体育", "体制")
    text = '{"mood": "\\u4f53\\u80b2"}'
    first = ("\\u4f53\\u", 1.0, {"\\u4f53\\u": 1.0})
    found = told(HEAD, first, ('80b2"}', 0.6, {'80b2"}': 0.6, "5236": 0.4}), text=text, schema=schema)
    assert found.joint == pytest.approx(0.6, abs=0.001)
