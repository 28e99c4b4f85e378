"""What each task is shown. It must never be the task itself, nor a copy of its text: that would tell the answer."""

import json
import string
from collections.abc import Sequence
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.providers.request_format import RequestFormat
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.few_shot.messages import ExampleOwners
from backend.domain.few_shot.selection import Candidate, kept
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.prompts.examples import WAYS, Example, Examples
from backend.domain.same_text import text_key
from backend.domain.task import Task
from tests.properties import cases
from tests.scripted import CONFIG, at, some, version

SCHEMA = read_config(CONFIG)
TEXTS = ["I love it", "It is bad", "So so", "I love them all", "never again", "fine", "what a day", "bad, bad, bad"]
DISGUISES = (
    str.upper,
    lambda text: f"  {text.replace(' ', '  ')}\n",
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: text,
)
words = st.sampled_from(["good", "bad", "fine", "love", "hate", "ﬁne", "Straße", "é"])
texts = st.lists(st.lists(words, min_size=1, max_size=4).map(" ".join), min_size=2, max_size=12)


def candidates(found: list[str]) -> list[Candidate]:
    labels = ["Good" if place % 3 else "Bad" for place in range(len(found))]
    return [
        Candidate(Example(place, {"text": text}, {"mood": label}), [label])
        for place, (text, label) in enumerate(zip(found, labels, strict=True))
    ]


def letters(model: str, texts: Sequence[str]) -> Any:
    """Embeddings of a kind: how often each letter stands in a text."""
    counts = numpy.array([[text.count(letter) for letter in string.ascii_letters] for text in texts], dtype="f4")
    return counts / numpy.maximum(numpy.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


def builder(found: list[str], select: str, number: int = 3) -> RequestBuilder:
    """`embedded` is `similar` by embeddings."""
    way, model = ("similar", "some-model") if select == "embedded" else (select, None)
    examples = Examples(number, way, kept(candidates(found), number, way), model)
    return RequestBuilder(version("Say. {text}", examples=examples), SCHEMA, at("http://model.test/v1", embed=letters))


def shown(request: ChatRequest | Failure) -> list[str]:
    assert isinstance(request, ChatRequest)
    return [text for text, _ in request.example_turns]


@pytest.mark.slow
@pytest.mark.parametrize("select", [*WAYS, "embedded"])
@cases(25)
@given(found=texts, disguise=st.sampled_from(DISGUISES), number=st.integers(1, 4))
def test_no_task_is_shown_itself_or_a_copy_of_its_text(select: str, found: Any, disguise: Any, number: int) -> None:
    asks = builder(found, select, number)
    tasks = [Task(place, {"text": text}) for place, text in enumerate(found)]
    tasks += [Task(1000 + place, {"text": disguise(text)}) for place, text in enumerate(found)]
    edited = [Task(place, {"text": "quite another text"}) for place in range(len(found))]
    for task, (_, request) in zip([*tasks, *edited], asks.requests([*tasks, *edited]), strict=True):
        others = [text_key([text]) for text in shown(request)]
        assert text_key([str(task.data["text"])]) not in others
        own = [one.values["text"] for one in some(asks.version.examples).pool if one.task == task.id]
        assert not {text_key([text]) for text in own} & set(others)
        assert len(others) == len(set(others)) <= number


@pytest.mark.slow
@pytest.mark.parametrize("select", WAYS)
def test_a_task_alone_is_asked_as_among_others(select: str) -> None:
    tasks = [Task(50 + place, {"text": f"{text} really"}) for place, text in enumerate(TEXTS)]
    whole = builder(TEXTS, select).requests(tasks)
    assert [ask for _, ask in whole] == [builder(TEXTS, select).request(task) for task in tasks]


@pytest.mark.parametrize("select", ["fixed", "balanced", "diverse"])
def test_what_is_the_same_for_all_is_one_prefix(select: str) -> None:
    asks = builder(TEXTS, select).requests([Task(90, {"text": "one"}), Task(91, {"text": "two"})])
    one, other = (ask for _, ask in asks if isinstance(ask, ChatRequest))
    assert len(one.example_turns) == 3
    assert one.messages[:-1] == other.messages[:-1]


def test_the_nearest_are_shown_in_the_order_of_the_pool() -> None:
    asks = builder(TEXTS, "similar", 2)
    request = asks.request(Task(90, {"text": "I love them, I love it"}))
    assert sorted(shown(request)) == ["I love it", "I love them all"]
    again = asks.request(Task(91, {"text": "I love it and them all"}))
    assert shown(again) == shown(request)


def test_an_example_is_a_message_and_its_answer_before_the_tasks_own() -> None:
    request = builder(["I love {text}"], "fixed", 1).request(Task(90, {"text": "fine"}))
    assert isinstance(request, ChatRequest)
    system, user, assistant, last = request.messages
    assert system["content"].endswith("examples with their right answers.")
    assert user == {"role": "user", "content": "I love {text}"}
    assert assistant == {"role": "assistant", "content": '{"mood": "Bad"}'}
    assert last == {"role": "user", "content": "Say. fine"}
    assert json.loads(RequestFormat().body(request))["messages"] == request.messages


def test_examples_change_the_digest_of_a_request() -> None:
    asks, fewer = builder(TEXTS, "fixed", 2), builder(TEXTS, "fixed", 1)
    task = Task(90, {"text": "fine indeed"})
    digests = {one.digest for one in (asks.request(task), fewer.request(task)) if isinstance(one, ChatRequest)}
    assert len(digests) == 2


def test_a_task_that_can_not_be_asked_about_stays_a_failure() -> None:
    for select in WAYS:
        (_, first), (_, second) = builder(TEXTS, select).requests([Task(90, {}), Task(91, {"text": "fine"})])
        assert isinstance(first, Failure)
        assert isinstance(second, ChatRequest)


def test_several_texts_stand_with_their_names() -> None:
    examples = Examples(1, "fixed", (Example(1, {"title": "T", "text": "x"}, {"mood": "Good"}),))
    two = version("{title} {text}", variables=("title", "text"), examples=examples)
    request = RequestBuilder(two, SCHEMA, at("u")).request(Task(9, {"title": "a", "text": "b"}))
    assert shown(request) == ["title: T\ntext: x"]


def test_an_owner_is_the_task_or_has_its_text() -> None:
    owners = ExampleOwners(version(examples=Examples(2, "fixed", kept(candidates(TEXTS), 2, "similar"))))
    assert owners.has(Task(0, {"text": "edited since"}))
    assert owners.has(Task(99, {"text": "i LOVE it"}))
    assert not owners.has(Task(99, {"text": "something else"}))
    assert not owners.has(Task(0, {}))


def test_a_task_that_is_twice_an_example_is_shown_neither() -> None:
    pool = tuple(Example(1, {"text": text}, {"mood": "Good"}) for text in ("before", "after"))
    found = version(examples=Examples(2, "fixed", pool))
    assert ExampleOwners(found).of(1, {"text": "after that"}) == {0, 1}
