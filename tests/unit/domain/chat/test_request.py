"""Requests and the names of their completions. A changed digest means paying for everything again."""

import gc
import subprocess
import sys
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from backend.domain.chat.request import ChatRequest
from backend.domain.hashing import canonical, digest, numbered
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure, Rejection
from backend.domain.task import Task
from tests.scripted import CONFIG, any_text, builder, choices, request, template

ROOT = Path(__file__).resolve().parents[4]
PINNED = "f5e7e7803a051eaa3e845a6d336c61ded0116c8700151f65ab649aebd7aea994"


def test_the_digest_of_a_request_is_the_same_for_ever() -> None:
    """If this fails, nothing that users have stored and paid for will be found again."""
    assert ChatRequest(template(), "I love it").digest == PINNED


def test_an_answer_counts_whichever_connection_brought_it() -> None:
    assert ChatRequest(template(connection="cheap"), "I love it").digest == PINNED


@pytest.mark.slow
def test_the_digest_is_the_same_in_another_process() -> None:
    code = "from tests.scripted import request; print(request().digest)"
    env = {"PYTHONHASHSEED": "7"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, cwd=ROOT)
    assert found.stdout.strip() == request().digest


def test_a_field_that_the_prompt_does_not_use_is_no_part_of_a_request_however_long() -> None:
    picture = "data:image/png;base64," + "A" * 1_200_000
    plain, beside = (builder().request(Task(1, {"text": "I love it", **more})) for more in ({}, {"photo": picture}))
    assert isinstance(beside, ChatRequest)
    assert beside == plain
    assert beside.digest == request().digest
    assert "AAAA" not in beside.texts
    used = builder(template="{text} {photo}", variables=("text", "photo"))
    assert isinstance(used.request(Task(1, {"text": "x", "photo": picture})), Failure)
    small = used.request(Task(1, {"text": "x", "photo": picture[:1000]}))
    assert isinstance(small, ChatRequest)
    assert small.user == f"x {picture[:1000]}"


def test_the_order_in_which_parameters_are_named_does_not_matter() -> None:
    one = template(parameters={"temperature": 0, "seed": 1, "reasoning": {"a": 1, "b": 2}})
    other = template(parameters={"reasoning": {"b": 2, "a": 1}, "seed": 1, "temperature": 0})
    assert ChatRequest(one, "x").digest == ChatRequest(other, "x").digest


PAIR = read_config(
    '<View><Text name="a" value="$a"/><Text name="b" value="$b"/><Pairwise name="better" toName="a,b"/></View>'
)


def compared(a: str, b: str, **changed: Any) -> ChatRequest:
    """The request about a comparison of two texts."""
    wanted = {"template": "A: {a}\nB: {b}", "variables": ("a", "b"), **changed}
    made = builder(PAIR, **wanted).request(Task(1, {"a": a, "b": b}))
    assert isinstance(made, ChatRequest)
    return made


def test_a_comparison_is_asked_in_both_orders_on_wish() -> None:
    one = compared("x", "y")
    first, second = compared("x", "y", confidence="swap").samples
    assert (first.user, second.user) == ("A: x\nB: y", "A: y\nB: x")
    assert first.messages[0] == second.messages[0] == one.messages[0]
    assert second.digest == numbered(first.digest, 1)
    assert first.template.parameters == one.template.parameters, "nothing has to differ"
    assert first.template.logprobs


@pytest.mark.parametrize("samples", [1, 3])
def test_a_request_is_freed_without_the_garbage_collector(samples: int) -> None:
    gc.disable()
    try:
        asked = replace(request("A"), template=template(samples=samples))
        assert asked.samples[0] is asked
        assert len(asked.samples) == samples
        freed = weakref.ref(asked)
        del asked
        assert freed() is None
    finally:
        gc.enable()


def test_both_orders_are_stored_under_what_both_ask() -> None:
    one, turned = compared("x", "y", confidence="swap"), compared("y", "x", confidence="swap")
    same = compared("x", "y", confidence="swap", template="A: {a}\nB: y", variables=("a", "b"))
    found = {compared("x", "y").digest, one.digest, turned.digest, same.digest}
    assert len(found) == 4
    assert one.samples[1].samples[0].digest == one.digest, "whichever of them is asked for the other"


@pytest.mark.parametrize(
    "changed",
    [
        {"base_url": "http://other.test/v1"},
        {"model": "another-model"},
        {"parameters": {}},
        {"parameters": {"temperature": 0.5}},
        {"parameters": {"temperature": 0, "seed": 1}},
        {"system": "Label it well."},
        {"spec": choices("Good", "Bad", "Mixed")},
        {"spec": read_config(CONFIG.replace("<Choices", '<Choices choice="multiple"'))},
        {"logprobs": False},
    ],
)
def test_every_part_of_the_frame_changes_the_digest(changed: Any) -> None:
    assert ChatRequest(template(**changed), "x").digest != ChatRequest(template(), "x").digest


def test_the_users_message_and_the_sample_change_the_digest() -> None:
    found = {ChatRequest(template(), user, sample).digest for user in ("x", "x ", "X", "") for sample in (0, 1, 2)}
    assert len(found) == 12


@given(any_text, any_text)
def test_only_the_same_text_has_the_same_digest(one: str, other: str) -> None:
    assert (ChatRequest(template(), one).digest == ChatRequest(template(), other).digest) == (one == other)


@given(any_text, any_text)
def test_no_text_can_pass_from_one_part_into_the_next(system: str, user: str) -> None:
    moved = ChatRequest(template(system=system + user), "")
    if user:
        assert moved.digest != ChatRequest(template(system=system), user).digest


def test_canonical_json_is_sorted_tight_and_ascii() -> None:
    assert canonical({"b": "é\ud800", "a": [1, None]}) == b'{"a":[1,null],"b":"\\u00e9\\ud800"}'
    assert digest([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def test_instructions_come_first_and_the_item_last() -> None:
    made = request("I love it")
    system, user = made.messages
    assert (system["role"], user["role"]) == ("system", "user")
    assert system["content"].startswith("Label the item")
    assert '"mood": exactly one of\n- Good\n- Bad' in system["content"]
    assert user["content"] == "How is this? I love it"


def test_all_tasks_share_one_frame() -> None:
    asks = builder()
    one, other = asks.request(Task(1, {"text": "a"})), asks.request(Task(2, {"text": "b"}))
    assert isinstance(one, ChatRequest)
    assert isinstance(other, ChatRequest)
    assert one.template is other.template


def test_nothing_of_a_task_but_its_variables_is_sent() -> None:
    made = builder().request(Task(1, {"text": "a", "truth": "secret", "label": "Good"}))
    assert isinstance(made, ChatRequest)
    assert "secret" not in str(made.messages)


def test_a_task_that_can_not_be_rendered_is_a_failure() -> None:
    found = builder().request(Task(1, {}))
    assert isinstance(found, Failure)
    assert found.kind == "bad_task"


SPANS = '<View><Labels name="ner" toName="t"><Label value="Person"/></Labels><Text name="t" value="$text"/></View>'


def test_what_is_asked_does_not_depend_on_where_quotes_are_placed() -> None:
    """One text in two tasks is asked about once, and each answer is read with its own task."""
    asking = builder(read_config(SPANS))
    first, second, other = asking.requests(
        [Task(1, {"text": "Bob"}), Task(2, {"text": "Bob"}), Task(3, {"text": "Ann"})]
    )
    requests = [asked for _, asked in (first, second, other)]
    assert all(isinstance(asked, ChatRequest) for asked in requests)
    digests = [asked.digest for asked in requests if isinstance(asked, ChatRequest)]
    assert digests[0] == digests[1] != digests[2]
    (answer,) = {asked.template.system for asked in requests if isinstance(asked, ChatRequest)}
    assert "Bob" not in answer
    said = {"ner": [{"label": "Person", "text": "Bob", "before": ""}]}
    verdicts = [asked.template.spec.parse(said) for asked in requests if isinstance(asked, ChatRequest)]
    assert [isinstance(verdict, Rejection) for verdict in verdicts] == [False, False, True]
