"""What is accepted from a model. Nothing is repaired, nothing guessed, and no text raises."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from backend.domain.answer import Answer, Labels, labels_or_none, names_of
from backend.domain.chat.judged import judge
from backend.domain.chat.request import MAX_ATTEMPTS
from backend.domain.chat.response_parser import find_object, other_label, read
from backend.domain.chat.thoughts import end_of_thoughts, opens_thoughts
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.label_lookup import fold
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import REJECTIONS, Rejection
from tests.scripted import GOOD, choices, completion

SCHEMA = choices("Good", "Bad", "5", "NaN", "Infinity")
TWO = read_config("""<View><Text name="text" value="$text"/>
<Choices name="mood" toName="text"><Choice value="Good"/><Choice value="Bad"/></Choices>
<Choices name="topics" toName="text" choice="multiple"><Choice value="Price"/><Choice value="Speed"/></Choices>
</View>""")

json_like = st.text(st.sampled_from('{}[]":,\\ \nmood"GoodBad<think>/`0.eE-NaN'), max_size=60)
pieces = st.lists(
    st.sampled_from(
        [
            '{"mood": "Good"}',
            '{"mood": "Bad"',
            "{",
            "}",
            '"',
            "<think>",
            "</think>",
            "```json\n",
            "```",
            "\\",
            "[",
            "{}",
        ]
    )
    | st.text(max_size=5),
    max_size=8,
).map("".join)


def found(text: str, schema: LabelSchema = SCHEMA, **changed: Any) -> Rejection | Answer:
    return read(completion(text, **changed), schema)


def detail(text: str, **changed: Any) -> str:
    rejection = found(text, **changed)
    assert isinstance(rejection, Rejection), rejection
    return rejection.detail


def reason(text: str, schema: LabelSchema = SCHEMA, **changed: Any) -> str:
    rejection = found(text, schema, **changed)
    assert isinstance(rejection, Rejection), rejection
    return rejection.reason


@given(st.text(st.characters(codec=None)) | json_like | pieces, st.sampled_from(["stop", "length", ""]), st.booleans())
@example("[" * 100_000, "stop", False)
@example('{"mood":' * 100_000, "stop", False)
@example('{"mood": ' + "9" * 5000 + "}", "stop", False)
@example('{"mood": "\\ud800"}', "stop", False)
@example("{" * 5000 + GOOD, "stop", False)
def test_any_text_is_an_answer_or_a_rejection(text: str, finish_reason: str, refused: bool) -> None:
    verdict = found(text, finish_reason=finish_reason, refused=refused)
    if isinstance(verdict, Rejection):
        assert verdict.reason in REJECTIONS
        verdict.detail.encode()
    else:
        assert set(verdict) == {"mood"}
        assert len(names_of(verdict["mood"])) == 1


@pytest.mark.slow
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_no_depth_of_nesting_raises(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    for depth in range(850, 1000):
        inner = "1" if opening != "[" else ""
        assert isinstance(found('{"mood":' + opening * depth + inner + closing * depth + "}"), Rejection)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"  \n{GOOD}\n\n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```",
        f"Sure! Here it is:\n\n```json\n{GOOD}\n```\nAsk me for more.",
        f"The answer is {GOOD}.",
        f"\ufeff{GOOD}",
        f"<think>It sounds happy.</think>{GOOD}",
        f'\n<think>\nMaybe {{"mood": "Bad"}}? No.\n</think>\n\n```json\n{GOOD}\n```',
        '{"mood": "Good", "why": "it says so"}',
        '{"why": {"because": [1, 2]}, "mood": "Good"}',
        '{\n\t"mood"\n:\t"good"\r\n}',
        '{"mood": ["Good"]}',
        '{"mood": "\\u0047ood"}',
        'In set notation {x} this is {"mood": "Good"}',
    ],
)
def test_one_object_is_found_whatever_is_around_it(text: str) -> None:
    assert found(text) == {"mood": Labels(("Good",))}


@pytest.mark.parametrize(
    "text",
    [
        "Good",
        '"Good"',
        "null",
        "42",
        "[]",
        f"[{GOOD}]",
        f"{GOOD}{GOOD}",
        f"{GOOD}\n{GOOD}",
        f'First {GOOD}, then {{"mood": "Bad"}}',
        '{"mood": "Good", "mood": "Bad"}',
        '{"mood": "Good", "mood": "Good"}',
        'So: {"mood": "Good", "mood": "Bad"}',
        '{"mood": "Good", "x": {"a": 1, "a": 2}}',
        "{'mood': 'Good'}",
        "{mood: Good}",
        '{"mood": "Good",}',
        '{"mood": "Good"',
        '{"mood": "Go\nod"}',
        json.dumps(GOOD),
        "<think>{}</think>",
        "{" * 200 + GOOD,
    ],
)
def test_none_or_two_or_almost_an_object_is_no_answer(text: str) -> None:
    assert reason(text) == "not_json"


@pytest.mark.parametrize(
    "text",
    [
        '{"answer": {"mood": "Good"}',
        '{"mood": oops, "other": {"mood": "Good"}}',
        '{"mood": "Bad", "why": {"mood": "Good"}, }',
        f'{GOOD} or {{"mood": "B',
        f'{GOOD} {{"mood": ',
        f"<think>Could be {GOOD}, but",
        f"<think>Could be {GOOD}.",
    ],
)
def test_an_object_inside_something_broken_is_not_taken_for_the_answer(text: str) -> None:
    assert reason(text) == "not_json"
    assert reason(text, finish_reason="length") == "truncated"


MARKS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<Thought>", "</Thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<REFLECTION>", "</REFLECTION>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|think|>", "<|content|>"),
    ("< think >", "< / think >"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel|>commentary<|message|>", "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>"),
    ("analysis", "assistantfinal"),
    ("<|channel>thought\n", "<channel|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("Here is my thought process:", "Here is my response:"),
]


@pytest.mark.parametrize("draft", ['{"mood": "Bad"}', "{Bad}", '{"mood": "Bad"} or {"mood": "Good"}', "{"])
@pytest.mark.parametrize(("opening", "closing"), MARKS)
def test_thoughts_before_a_closing_mark_are_no_answer(opening: str, closing: str, draft: str) -> None:
    for start in (opening, ""):
        thoughts = f"{start}It could be {draft}, but no.\n{closing}"
        assert found(f"{thoughts}\n\n{GOOD}") == {"mood": Labels(("Good",))}
        assert found(f"{thoughts}{thoughts}```json\n{GOOD}\n```<|end|>") == {"mood": Labels(("Good",))}
        assert reason(f"{thoughts}\n\nGood") == "not_json"
        assert reason(thoughts, finish_reason="length") == "truncated"


@pytest.mark.parametrize(("opening", "closing"), MARKS)
def test_thoughts_that_do_not_end_are_no_answer(opening: str, closing: str) -> None:
    text = f'{opening}It is {{"mood": "Bad"}}. Is it? No'
    assert reason(text, finish_reason="length") == "truncated"
    if opening != "analysis":
        assert reason(text) == "not_json"
        assert reason(f"{opening}So{closing}{GOOD}{opening}Or not?") == "not_json"


@pytest.mark.parametrize("finish_reason", ["length", "MAX_TOKENS", "model_context_window_exceeded", "aborted"])
def test_in_a_text_that_was_cut_an_object_counts_only_as_its_end(finish_reason: str) -> None:
    for text in (GOOD, f"{GOOD}  \n\n", f"So:\n```json\n{GOOD}\n```", f"~~~\n{GOOD}\n~~~ "):
        assert found(text, finish_reason=finish_reason) == {"mood": Labels(("Good",))}
    for text in (f"{GOOD}, but", f"Could be {GOOD}.", f"{GOOD}\n```\nOr"):
        assert reason(text, finish_reason=finish_reason) == "truncated"


def test_many_blanks_behind_an_object_take_no_time() -> None:
    start = process_time()
    assert reason(f"{GOOD}{' ' * 100_000}x", finish_reason="length") == "truncated"
    assert process_time() - start < 5


def test_a_mark_in_a_value_ends_no_thoughts() -> None:
    assert found('{"why": "it says </think>", "mood": "Good"}') == {"mood": Labels(("Good",))}
    assert found('{"why": "it says <think>", "mood": "Good"}') == {"mood": Labels(("Good",))}


def test_a_model_that_went_on_in_blanks_is_told_from_one_that_was_cut_off() -> None:
    for tail in (" " * 500, "\n\t" * 300, '"Good", ' * 100):
        rejection = found('{"mood": ' + tail, finish_reason="length")
        assert isinstance(rejection, Rejection)
        assert (rejection.reason, "repeats" in rejection.detail) == ("truncated", True)
    assert "max_tokens" in detail('{"mood": ', finish_reason="length")


@pytest.mark.parametrize(
    "text",
    [
        f"{GOOD}\nOn second thoughts it is Bad.",
        f"bad? No: {GOOD}",
        f"Not **Bad**, so\n```json\n{GOOD}\n```",
        f"Could be BAD.</think>{GOOD} (or 'bad')",
        f"{GOOD} 5",
    ],
)
def test_prose_that_names_another_label_makes_an_answer_unusable(text: str) -> None:
    assert reason(text) == "not_json"
    assert "another label" in detail(text)


def test_prose_may_name_the_label_that_was_chosen_and_words_that_hold_another() -> None:
    refund = choices("Refund", "Refund request", "A", "C++", "スパム", "普通")
    chosen = '{"mood": "Refund request"}'
    assert found(f"It is a refund request: {chosen} That is not badly put.", refund) == {
        "mood": Labels(("Refund request",))
    }
    assert reason(f"A refund? {chosen}", refund) == "not_json"
    assert reason(f"これはスパムではない {chosen}", refund) == "not_json"
    assert reason(f"No C++: {chosen}", refund) == "not_json"
    assert found('This is a refund request about Cars and C: {"mood": "Refund request"}', refund)
    topics = '{"mood": "good", "topics": ["price"]}'
    assert found(f"Good, and the price: {topics}", TWO) == {"mood": Labels(("Good",)), "topics": Labels(("Price",))}
    assert reason(f"Good; price or speed? {topics}", TWO) == "not_json"


@given(st.text(), st.sampled_from(["Good", "Bad"]))
def test_no_prose_raises(prose: str, label: str) -> None:
    named = other_label(prose, {"mood": Labels(("Good",))}, SCHEMA)
    assert named is None or fold(named) in fold(prose)
    other = other_label(f"{prose} {label} {prose}", {"mood": Labels(("Good",))}, SCHEMA)
    assert (other is not None) if label == "Bad" else (other is None) == (named is None)


def test_an_answer_that_went_elsewhere_is_empty_and_not_asked_for_again() -> None:
    for text in ("", " \n"):
        lost = completion(text, elsewhere="reasoning_content")
        rejection = read(lost, SCHEMA)
        assert isinstance(rejection, Rejection)
        assert (rejection.reason, "'reasoning_content'" in rejection.detail) == ("empty", True)
        assert judge([lost], SCHEMA).is_settled()
        assert not judge([lost], SCHEMA).is_settled(MAX_ATTEMPTS + 1)
        assert reason(text) == "empty"
        assert not judge([completion(text)], SCHEMA).is_settled()
    assert reason("", finish_reason="length", elsewhere="reasoning") == "truncated"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_only_python_takes_for_json_is_none(number: str) -> None:
    assert reason(f'{{"mood": {number}}}') == "not_json"
    assert reason(f'{{"mood": "Good", "score": {number}}}') == "not_json"


def test_numbers_beyond_all_bounds_are_no_labels() -> None:
    assert reason('{"mood": 1e999}') == "unknown_choice"
    assert reason('{"mood": ' + "1" * 4000 + "}") == "unknown_choice"
    assert isinstance(found('{"mood": ' + "1" * 5000 + "}"), Rejection)


def test_a_number_may_be_a_label() -> None:
    assert found('{"mood": 5}') == {"mood": Labels(("5",))}
    assert found('{"mood": "nan"}') == {"mood": Labels(("NaN",))}


def test_cut_off_is_another_thing_than_malformed() -> None:
    assert reason('{"mood": "Go', finish_reason="length") == "truncated"
    assert reason("", finish_reason="length") == "truncated"
    assert reason('{"mood": "Go', finish_reason="stop") == "not_json"
    assert found(GOOD, finish_reason="length") == {"mood": Labels(("Good",))}


def test_a_refusal_is_a_refusal_whatever_it_says() -> None:
    assert reason(GOOD, refused=True) == "refused"
    assert reason("", finish_reason="content_filter") == "refused"


def test_every_control_needs_its_key() -> None:
    assert reason("{}") == "missing_field"
    assert reason('{"Mood": "Good"}') == "missing_field"
    assert reason('{"mood": "Good"}', TWO) == "missing_field"
    assert found('{"topics": [], "mood": "bad"}', TWO) == {"mood": Labels(("Bad",)), "topics": None}


def test_the_first_control_in_trouble_decides() -> None:
    assert reason('{"mood": "Gut", "topics": ["Smell"]}', TWO) == "unknown_choice"
    assert reason('{"mood": ["Good", "Bad"], "topics": []}', TWO) == "too_many"


def test_a_label_with_null_in_its_place_is_unknown() -> None:
    assert reason('{"mood": null}') == "unknown_choice"


@given(st.sampled_from(["Good", "Bad"]), st.lists(st.sampled_from(["Price", "Speed"]), unique=True), st.booleans())
def test_what_the_schema_allows_is_accepted(mood: str, topics: list[str], pretty: bool) -> None:
    text = json.dumps({"mood": mood, "topics": topics}, indent=2 if pretty else None)
    assert found(text, TWO) == {"mood": Labels((mood,)), "topics": labels_or_none(sorted(topics))}


@given(st.text(st.characters(exclude_characters="{}<"), max_size=30), st.text(st.characters(exclude_characters="{}")))
def test_where_the_object_is(before: str, after: str) -> None:
    text = f"{before}{GOOD}{after}"
    assume(not opens_thoughts(before) and not opens_thoughts(after) and not end_of_thoughts(text))
    place = find_object(text)
    assert place is not None
    assert place.value == {"mood": "Good"}
    assert text[place.start : place.end] == GOOD


REFUNDS = choices("Refund", "Refund request", "a", "Gut", "退款")
ANSWER = {"mood": Labels(("Refund",))}


@pytest.mark.parametrize(
    ("prose", "label"),
    [
        ("", None),
        ("It is a clear case.", "a"),
        ("It is clear: REFUND, refund.", None),
        ("It is rather a\u0301 Refund Request.", "Refund Request"),
        ("Refunds are meant.", None),
        ("This is gut.", "gut"),
        ("This is gute.", None),
        ("这是退款的问题", "退款"),
        ("A refund.", None),
    ],
)
def test_a_label_that_the_answer_does_not_have_is_found(prose: str, label: str | None) -> None:
    assert other_label(prose, ANSWER, REFUNDS) == label


def test_a_label_that_was_chosen_is_no_other_one() -> None:
    assert other_label("Refund request", {"mood": Labels(("Refund request",))}, REFUNDS) is None
    assert other_label("Refund request", {"mood": None}, REFUNDS) == "Refund request"
