"""The stand-in model: its probabilities as a pure function, and its server as clients meet it."""

import asyncio
import json
import math
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import aiohttp
import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.stand_in.answer import Answer, answer
from demo.stand_in.fields import Field, fields_of_schema, fields_of_system
from demo.stand_in.prompt import distribution, estimates
from demo.stand_in.switches import Switches
from demo.stand_in.window import Window
from tests.running import until

Json = dict[str, Any]

TOPICS = ["Billing", "Delivery", "Refund", "Refund request"]
SCHEMA: Json = {
    "properties": {
        "sentiment": {"type": "string", "enum": ["Positive", "Negative"]},
        "topics": {"type": "array", "items": {"type": "string", "enum": TOPICS}},
        "reason": {"type": ["string", "null"], "enum": [*TOPICS, None]},
    }
}
LISTED = "".join(f"- {topic}\n" for topic in TOPICS)
SYSTEM = (
    'Its keys:\n"sentiment": exactly one of\n- Positive: the customer is happy\n- Negative\n'
    f'"topics": a list with any of these, empty if none fits\n{LISTED.replace("Billing", "Billing: money, invoices")}'
    f'"reason": null if it does not apply, else exactly one of\n{LISTED}'
)
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
TEXT = "My invoices are late"


def messages(text: str, template: str = "{text}") -> list[Json]:
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": template.replace("{text}", text)}]


def reasons(text: str, template: str) -> dict[str | None, float]:
    return distribution(messages(text, template), SCHEMA)["reason"]


def test_better_prompts_score_better() -> None:
    prompts = [
        "Message: {text}",
        "- Delivery: parcels, couriers, tracking\n- Billing = charges, bills\n\nMessage: {text}",
        '"Where is my parcel?" -> Delivery\nMessage: I paid twice => Billing\n\nMessage: {text}',
        "Message: Where is my parcel?\nAnswer: Delivery\n\nMessage: {text}",
    ]
    bare, *better = (reasons("The courier lost my parcel", prompt)["Delivery"] for prompt in prompts)
    assert min(better) > bare + 0.1


def test_words_in_every_definition_say_nothing() -> None:
    told = reasons("I am a customer", "".join(f"{topic}: customers who want\n" for topic in TOPICS) + "\n{text}")
    assert len({told[topic] for topic in TOPICS}) == 1


def test_an_item_that_looks_like_a_definition_is_still_the_item() -> None:
    told = reasons("Delivery: still waiting", "- Billing: money\n- Delivery\n\n{text}")
    assert max(told, key=told.__getitem__) == "Delivery"


def test_a_number_is_the_first_one_of_the_item_that_is_allowed() -> None:
    (listed,) = fields_of_schema({"properties": {"stars": {"type": ["integer", "null"], "enum": [1, 2, 3, None]}}})
    (spoken,) = fields_of_system(
        '"stars": null if it cannot be rated, else a whole number from 1 (lowest) to 3 (highest)'
    )
    for field in (listed, spoken):
        assert field.about("Order 77: I give 3 of 2").filler == "3"
        assert field.about("no number").filler == "1"


def test_any_number_of_the_item_is_taken_where_there_is_no_scale() -> None:
    (asked,) = fields_of_schema({"properties": {"price": {"type": "number"}}})
    (spoken,) = fields_of_system('"price": null if there is none, else a number of at least -5')
    for field in (asked, spoken):
        assert field.about("It costs -2.5 of 3").filler == "-2.5"


SPANS: Json = {
    "type": "array",
    "items": {"properties": {"label": {"enum": ["Person", "Firm"]}, "text": {"type": "string"}, "before": {}}},
}
SPANS_SYSTEM = '"ner": a list of objects with "text", "before" and "label": exactly one of\n- Person: people\n- Firm'


@pytest.mark.parametrize(
    "fields",
    [fields_of_schema({"properties": {"ner": SPANS}}), fields_of_system(SPANS_SYSTEM)],
    ids=["schema", "system"],
)
def test_a_span_is_quoted_from_the_item_with_the_words_before_it(fields: tuple[Field, ...]) -> None:
    (field,) = fields
    assert field.labels == ()
    quote = {"label": "Person", "text": "Bob", "before": "the the"}
    assert json.loads(field.about("Item:\nthe the Bob").filler) == [quote]
    assert json.loads(field.about("the the").filler) == []


LISTED = 'Which one stings?\nitems:\n- "a": "Ant"\n- "b": "Bee" "It stings."\n- "7": "Wasp" "It stings, too."'
ORDER_SYSTEM = '"rank": a list of all items of "items", each exactly once'
SORT_SYSTEM = '"sort": a list with an object for each: "item": the reference; "bucket": null or\n- Wasps\n- Bees'


def test_items_are_ordered_by_the_words_that_they_share_with_the_question() -> None:
    asked = [{"role": "system", "content": ORDER_SYSTEM}, {"role": "user", "content": LISTED}]
    listed = {"type": "array", "items": {"type": "string", "enum": ["a", "b", "7"]}}
    for schema in ({"properties": {"rank": listed}}, None):
        ((field, _),) = estimates(asked, schema)
        assert json.loads(field.filler) == ["b", "7", "a"]


def test_pictures_are_told_by_the_lines_that_bear_their_numbers() -> None:
    one = {"item": {"type": "integer"}, "kind": {"enum": ["Wasps", "Bees"]}}
    schema = {"properties": {"kind": {"type": "array", "items": {"properties": one}}}}
    ((field, _),) = estimates([{"role": "user", "content": '- "0": a bee\n- "1": two wasps\n- "x": a bee'}], schema)
    assert json.loads(field.filler) == [{"item": 0, "kind": "Bees"}, {"item": 1, "kind": "Wasps"}]


def test_of_several_labels_a_picture_has_all_that_its_line_bears() -> None:
    one = {"item": {"type": "integer"}, "kind": {"type": "array", "items": {"enum": ["Wasps", "Bees"]}}}
    schema = {"properties": {"kind": {"type": "array", "items": {"properties": one}}}}
    told = '- "0": a bee and two wasps\n- "1": an ant\n- "x": a bee'
    ((field, _),) = estimates([{"role": "user", "content": told}], schema)
    assert json.loads(field.filler) == [{"item": 0, "kind": ["Wasps", "Bees"]}, {"item": 1, "kind": []}]


def test_items_are_sorted_into_the_bucket_that_they_name() -> None:
    asked = [{"role": "system", "content": SORT_SYSTEM}, {"role": "user", "content": LISTED}]
    item = {"item": {"enum": ["a", "b", "7"]}, "bucket": {"enum": ["Wasps", "Bees", None]}}
    for schema in ({"properties": {"sort": {"type": "array", "items": {"properties": item}}}}, None):
        ((field, _),) = estimates(asked, schema)
        held = {one["item"]: one["bucket"] for one in json.loads(field.filler)}
        assert held == {"a": None, "b": "Bees", "7": "Wasps"}


TURN_SPANS: Json = {"type": "array", "items": {"properties": {"turn": {}, **SPANS["items"]["properties"]}}}


@pytest.mark.parametrize(
    "fields",
    [
        fields_of_schema({"properties": {"ner": TURN_SPANS}}),
        fields_of_system(SPANS_SYSTEM.replace('"text"', '"turn", "text"')),
    ],
    ids=["schema", "system"],
)
def test_a_span_of_a_dialogue_is_quoted_from_its_last_turn(fields: tuple[Field, ...]) -> None:
    (field,) = fields
    quote = {"turn": 1, "label": "Person", "text": "Bob", "before": "the the"}
    assert json.loads(field.about("[0] Anna: the\n[1] Clerk: the the Bob").filler) == [quote]
    assert json.loads(field.about("the Bob").filler) == [], "no turn, no quote"
    assert json.loads(field.about("[0] A: Bob\nthe the Anna").filler)[0]["turn"] == 0, "the text below is another one"


def test_a_span_of_a_text_is_not_quoted_from_the_dialogue_beside_it() -> None:
    (field,) = fields_of_schema({"properties": {"ner": SPANS}})
    (quote,) = json.loads(field.about("the the Anna\n[0] A: Bob").filler)
    assert quote["text"] == "Anna"


PLACES = {name: {"type": "number"} for name in ("x_min", "y_min", "x_max", "y_max")}
PLACED: Json = {"type": "object", "properties": {"label": {"type": "string", "enum": ["Cat", "Dog"]}, **PLACES}}
PLACES_RULE = '"box": a list of objects: "x_min", "y_min", "x_max", "y_max": numbers; "label": one of\n- Cat\n- Dog'


def test_places_in_a_picture_are_those_that_the_text_beside_it_tells() -> None:
    told = "Scene 12: a cat: 100, 200, 400.5, 600; dog 1 2 3 4 and cat 1 2 3, dog 1 2 3 4 5."
    asked = [{"role": "system", "content": PLACES_RULE}, {"role": "user", "content": told}]
    for schema in ({"properties": {"box": {"type": "array", "items": PLACED}}}, None):
        ((field, _),) = estimates(asked, schema)
        assert json.loads(field.filler) == [
            {"label": "Cat", "x_min": 100, "y_min": 200, "x_max": 400.5, "y_max": 600},
            {"label": "Dog", "x_min": 1, "y_min": 2, "x_max": 3, "y_max": 4},
        ]


def test_points_have_two_numbers() -> None:
    point = {"type": "object", "properties": {"label": {"enum": ["Eye"]}, "x": {}, "y": {}}}
    (field,) = fields_of_schema({"properties": {"eyes": {"type": "array", "items": point}}})
    assert json.loads(field.about("eye 10 20").filler) == [{"label": "Eye", "x": 10, "y": 20}]
    assert json.loads(field.about("no eyes").filler) == []


def test_earlier_turns_are_examples() -> None:
    system, user = messages("Flames everywhere")
    shown = [
        {"role": "user", "content": "It is in flames"},
        {"role": "assistant", "content": '{"sentiment": "Negative"}'},
    ]
    assert distribution([system, *shown, user], SCHEMA)["sentiment"]["Negative"] > 0.7


some_labels = st.lists(st.text(min_size=1, max_size=9) | st.sampled_from([*TOPICS, "null"]), min_size=1, unique=True)


def check_tokens(said: Answer, expected: float) -> None:
    """The tokens of `said` multiply to `expected`, and all that could stand in one place adds up to 1."""
    assert math.exp(sum(token.logprob for token in said.tokens)) == pytest.approx(expected)
    for token in said.tokens:
        if len(token.rivals) < 20:
            assert (token.text, token.logprob) in token.rivals
            assert sum(math.exp(logprob) for _, logprob in token.rivals) == pytest.approx(1)


@given(labels=some_labels, seed=st.integers(), nullable=st.booleans())
def test_tokens_of_a_single_choice_multiply_to_its_probability(labels: list[str], seed: int, nullable: bool) -> None:
    rng, field = random.Random(seed), Field("key", tuple(labels), nullable=nullable)
    odds = [rng.random() + 1e-6 for _ in field.options]
    told = tuple(each / sum(odds) for each in odds)
    said = answer([(field, told)], rng)
    check_tokens(said, told[field.options.index(json.loads(said.text)["key"])])


@given(labels=some_labels, seed=st.integers())
def test_tokens_of_a_list_multiply_to_the_probability_of_that_set(labels: list[str], seed: int) -> None:
    rng, field = random.Random(seed), Field("key", tuple(labels), many=True)
    told = tuple(rng.uniform(1e-6, 1 - 1e-6) for _ in labels)
    said = answer([(field, told)], rng)
    taken = json.loads(said.text)["key"]
    check_tokens(said, math.prod(p if label in taken else 1 - p for label, p in zip(labels, told, strict=True)))


def test_labels_with_one_beginning_share_their_first_tokens() -> None:
    short = answer([(Field("key", ("Refund", "Refund request")), (0.6, 0.4))]).tokens[4:]
    assert [(token.text, math.exp(token.logprob)) for token in short[:-1]] == [("Refu", 1), ("nd", 1), ('"', 0.6)]


class StandInServer:
    """A running stand-in and the ways a test talks to it."""

    def __init__(self, url: str) -> None:
        self.url, self.root = url, url.removesuffix("/v1")

    def create(self, text: str = TEXT, timeout: float = 10, **changes: Any) -> Any:
        asked = {"model": "any", "messages": messages(text), "response_format": FORMAT, **changes}
        with openai.OpenAI(base_url=self.url, api_key="key", max_retries=0, timeout=timeout) as client:
            return client.chat.completions.create(**asked)

    def control(self, **switches: Any) -> Any:
        return httpx.post(f"{self.root}/control", json=switches, timeout=10).json()

    def stats(self) -> Any:
        """The counts once nothing is in flight any more, which must be soon."""
        until(lambda: self.in_flight() == 0)
        return httpx.get(f"{self.root}/stats", timeout=10).json()

    def in_flight(self) -> int:
        return int(httpx.get(f"{self.root}/stats", timeout=10).json()["in_flight"])


@contextmanager
def running(*options: str) -> Iterator[StandInServer]:
    command = [sys.executable, "-m", "demo.stand_in", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            assert line.startswith("stand-in listening on http://127.0.0.1:")
            yield StandInServer(line.split()[-1])
        finally:
            process.terminate()
        assert process.stdout.read() == ""


@pytest.fixture(scope="module")
def one_server() -> Iterator[StandInServer]:
    with running() as server:
        yield server


@pytest.fixture
def server(one_server: StandInServer) -> StandInServer:
    one_server.control(reset=True, **Switches().as_json())
    return one_server


def test_answers_in_openais_format_with_honest_probabilities(server: StandInServer) -> None:
    told = server.create(logprobs=True, top_logprobs=3)
    said, tokens = told.choices[0].message.content, told.choices[0].logprobs.content
    assert json.loads(said) == {"sentiment": "Positive", "topics": ["Billing"], "reason": None}
    assert "".join(token.token for token in tokens) == b"".join(bytes(token.bytes) for token in tokens).decode() == said
    true = distribution(messages(TEXT), SCHEMA)
    topics = math.prod(p if label == "Billing" else 1 - p for label, p in true["topics"].items())
    expected = true["sentiment"]["Positive"] * topics * true["reason"][None]
    assert math.exp(sum(token.logprob for token in tokens)) == pytest.approx(expected)
    assert {len(token.top_logprobs) for token in tokens} <= {1, 2, 3}
    assert (told.model, told.system_fingerprint, told.choices[0].finish_reason) == ("any", "stand-in", "stop")
    assert told.usage.total_tokens == told.usage.prompt_tokens + len(tokens)


def test_an_upload_without_a_file_is_complained_about(server: StandInServer) -> None:
    complaint = httpx.post(f"{server.url}/files", data={"purpose": "batch", "file": "text"}, timeout=10)
    assert (complaint.status_code, complaint.json()["error"]["param"]) == (400, "file")


def drawn(server: StandInServer, **how: Any) -> list[str]:
    return [str(choice.message.content) for choice in server.create(n=128, **how).choices]


def share(said: list[str]) -> float:
    return sum("Billing" in json.loads(one)["topics"] for one in said) / len(said)


def test_samples_follow_the_distribution_at_the_temperature_asked_for(server: StandInServer) -> None:
    true = distribution(messages(TEXT), SCHEMA)["topics"]["Billing"]
    assert share(drawn(server, temperature=1)) == pytest.approx(true, abs=0.1)
    sharp = true**2 / (true**2 + (1 - true) ** 2)
    assert share(drawn(server, temperature=0.5)) == pytest.approx(sharp, abs=0.1)
    assert share(drawn(server, temperature=0.001)) == share(drawn(server, temperature=0)) == (true >= 0.5)


def test_asking_again_draws_anew_unless_there_is_a_seed(server: StandInServer) -> None:
    first, second = (drawn(server, temperature=1) for _ in range(2))
    assert first != second
    assert share(second) == pytest.approx(share(first), abs=0.15)
    assert drawn(server, temperature=1, seed=5) == drawn(server, temperature=1, seed=5) != first
    server.control(reset=True)
    assert [drawn(server, temperature=1) for _ in range(2)] == [first, second]


def test_answers_without_a_schema_without_labels_and_without_room(server: StandInServer) -> None:
    spoken = server.create(response_format={"type": "json_object"}).choices[0].message.content
    assert spoken == server.create().choices[0].message.content
    plain = server.create(messages=[{"role": "user", "content": "Hi"}], response_format=openai.omit).choices[0]
    assert plain.message.content.startswith("This is the stand-in")
    short = server.create(max_completion_tokens=3)
    assert (short.choices[0].finish_reason, short.usage.completion_tokens) == ("length", 3)
    assert (server.stats()["answered"], server.stats()["short"]) == (3, 1)


FAILS = {"rate_limited": 429, "server_error": 500, "hang": openai.APITimeoutError, "cut": openai.APIConnectionError}


@pytest.mark.parametrize("kind", FAILS)
def test_faults_without_an_answer(server: StandInServer, kind: str) -> None:
    server.control(**{kind: 1, "retry_after": 0.25})
    with pytest.raises(openai.APIError) as caught:
        server.create(timeout=0.5 if kind == "hang" else 10)
    assert FAILS[kind] in (type(caught.value), getattr(caught.value, "status_code", None))
    if isinstance(caught.value, openai.RateLimitError):
        headers = caught.value.response.headers
        assert (headers["Retry-After"], headers["retry-after-ms"]) == ("0.25", "250")
    assert (server.stats()["faults"], server.stats()["answered"]) == ({kind: 1}, 0)


@pytest.mark.parametrize("kind", ["malformed", "truncated", "wrong_label", "refused"])
def test_faults_in_the_answer(server: StandInServer, kind: str) -> None:
    server.control(**{kind: 1})
    (choice,) = server.create(logprobs=True).choices
    said = choice.message.content
    if kind == "wrong_label":
        assert json.loads(said)["sentiment"] not in ("Positive", "Negative")
    elif kind == "refused":
        assert (said, bool(choice.message.refusal)) == (None, True)
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(said)
    assert choice.finish_reason == ("length" if kind == "truncated" else "stop")
    assert (server.stats()["faults"], server.stats()["answered"]) == ({kind: 1}, 0)


def test_faults_do_not_depend_on_the_order_and_asking_again_draws_again(server: StandInServer) -> None:
    def refusals(texts: list[str]) -> dict[str, list[bool]]:
        server.control(reset=True, refused=0.5, seed=7)
        return {text: [server.create(text).choices[0].message.content is None for _ in range(4)] for text in texts}

    texts = [f"Invoice {number}" for number in range(5)]
    first = refusals(texts)
    assert first == refusals(texts[::-1])
    assert {True, False} == {refused for again in first.values() for refused in again}
    assert any(len(set(again)) == 2 for again in first.values())


@pytest.mark.parametrize(("kind", "what"), [("image_url", "images"), ("input_audio", "audio"), ("file", "files")])
def test_says_that_it_reads_no_pictures(server: StandInServer, kind: str, what: str) -> None:
    text = {"type": "text", "text": TEXT}
    assert server.create(messages=[{"role": "user", "content": [text]}]).choices
    with pytest.raises(openai.BadRequestError, match=f"this model does not read {what}") as caught:
        server.create(messages=[{"role": "user", "content": [text, {"type": kind, kind: {}}]}])
    assert caught.value.param == "messages.[0].content.[1].type"


def test_takes_pictures_unseen_and_tells_which(server: StandInServer) -> None:
    server.control(pictures=True)
    said = [{"type": "text", "text": TEXT}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]
    alone = server.create(messages=[{"role": "user", "content": said[:1]}]).choices[0].message.content
    assert server.create(messages=[{"role": "user", "content": said}]).choices[0].message.content == alone
    assert server.stats()["pictures"] == {f"image/png {sha256(b'hi').hexdigest()}": 1}


TURNED_DOWN = [
    ({"no_json_schema": True}, {}, 400, "response_format"),
    ({"no_json_object": True}, {"response_format": {"type": "json_object"}}, 400, "response_format"),
    ({"no_logprobs": True}, {"logprobs": True}, 400, "logprobs"),
    ({"no_temperature": True}, {"temperature": 0}, 400, "temperature"),
    ({"no_max_tokens": True}, {"max_tokens": 500}, 400, "max_tokens"),
    ({"api_key": "another"}, {}, 401, "invalid_api_key"),
    ({}, {"model": "missing-model"}, 404, "model_not_found"),
    ({}, {"model": "no-quota"}, 429, "insufficient_quota"),
    ({}, {"n": 0}, 400, "invalid_value"),
]


@pytest.mark.parametrize(("switches", "asked", "status", "why"), TURNED_DOWN)
def test_turns_requests_down_as_openai_does(
    server: StandInServer, switches: Json, asked: Json, status: int, why: str
) -> None:
    assert not switches or server.create(**asked).choices
    server.control(**switches)
    with pytest.raises(openai.APIStatusError) as caught:
        server.create(**asked)
    assert caught.value.status_code == status
    assert why in (caught.value.param, caught.value.code)
    assert status != 400 or f"'{caught.value.param}'" in caught.value.message
    assert server.stats()["rejected"] == 1


def test_latency_many_at_once_and_bad_json(server: StandInServer) -> None:
    async def ask(count: int) -> Counter[int]:
        bodies = [json.dumps({"model": "any", "messages": messages(f"{i}")}) for i in range(count)]
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as client:
            posts = [client.post(f"{server.url}/chat/completions", data=body) for body in [*bodies, "{"]]
            return Counter(answer.status for answer in await asyncio.gather(*posts))

    server.control(latency_ms=300)
    started = time.monotonic()
    assert asyncio.run(ask(30)) == {200: 30, 400: 1}
    assert time.monotonic() - started >= 0.3
    stats = server.stats()
    assert (stats["requests"], stats["distinct"], stats["most_repeats"]) == (31, 31, 1)
    assert stats["peak_in_flight"] >= 30
    assert stats["max_asked_after_good"] == 0


def test_what_waits_is_released(server: StandInServer) -> None:
    server.control(latency_ms=600_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.create, timeout=60)
        until(lambda: server.in_flight() == 1)
        server.control(release=True)
        assert waiting.result().choices


def test_options_are_switches() -> None:
    with running("--api-key", "key", "--latency-ms", "5", "--rate-limited", "0.5", "--no-logprobs") as server:
        changed = {"api_key": "key", "latency_ms": 5.0, "rate_limited": 0.5, "no_logprobs": True}
        assert server.control() == {**Switches().as_json(), **changed}
        assert "no switch 'speed'" in server.control(speed=1)["error"]["message"]
        assert "add up" in server.control(hang=0.6)["error"]["message"]
        assert httpx.get(f"{server.url}/models", timeout=60).status_code == 401
        assert httpx.get(f"{server.root}/health", timeout=60).json() == {"status": "ok"}


def test_a_rate_limit_holds_in_any_minute_and_is_stated() -> None:
    now = [0.0]
    window = Window(lambda: now[0])
    assert [window.take(2) for _ in range(3)] == [True, True, False]
    now[0] = 59.0
    assert not window.take(2)
    stated = window.headers(2)
    assert stated["x-ratelimit-remaining-requests"] == "0"
    assert stated["x-ratelimit-reset-requests"] == "1.000s"
    now[0] = 60.0
    assert window.take(2)
