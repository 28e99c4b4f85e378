"""Tasks with their pictures: in the message where the prompt names them, each read once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.providers.request_format import DOCUMENT_TOKENS, PICTURE_TOKENS, RequestFormat, largest
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.document import Document
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.picture import Attachment
from backend.domain.pictures.loading import AT_ONCE, MOST
from backend.domain.task import Task
from tests.pictures import PICTURE_CONFIG, ScriptedPictures, picture
from tests.scripted import at, tasks, version

A, B = picture("a", b"A"), picture("b", b"B")
GONE = Failure("bad_task", "is not there (404).")
PAPER = Document("d" * 64, b"%PDF-")
MORE = '<Pdf name="paper" value="$paper"/><Text name="t" value="$text"/><Image name="many" valueList="$pages"/></View>'
CONFIG = PICTURE_CONFIG.replace("</View>", MORE)


def made(template: str, source: ScriptedPictures | None, config: str = CONFIG) -> RequestBuilder:
    schema = read_config(config)
    used = [name for name in (*schema.variables, "pages[1]") if f"{{{name}}}" in template]
    own = version(template, schema, variables=tuple(used))
    return RequestBuilder(own, schema, at("http://model.test/v1", pictures=source))


def asked(template: str, data: dict[str, Any], **at: Attachment | Failure) -> ChatRequest:
    request = made(template, ScriptedPictures(at)).request(Task(1, data))
    assert isinstance(request, ChatRequest)
    return request


def refused(template: str, data: dict[str, Any], **at: Attachment | Failure) -> str:
    failure = made(template, ScriptedPictures(at)).request(Task(1, data))
    assert isinstance(failure, Failure)
    return failure.detail


def test_a_picture_stands_where_the_prompt_names_it() -> None:
    request = asked("Look: {image} {text}, {image}?", {"image": "a", "text": "{image}"}, a=A)
    assert request.parts == ["Look: ", A, " {image}, ", A, "?"]
    assert request.user == "Look:  {image}, ?"
    content = json.loads(RequestFormat().body(request))["messages"][-1]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "text", "image_url", "text"]
    assert content[1] == {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}
    assert content[2]["text"] == " {image}, "


def test_a_list_is_shown_in_its_order_and_one_of_it_alone() -> None:
    assert asked("{pages}", {"pages": ["b", "a"]}, a=A, b=B).parts == [B, A]
    assert asked("{pages[1]}", {"pages": ["b", "a"]}, a=A, b=B).parts == [A]


def test_the_digest_is_of_the_picture_and_its_place_not_of_its_address() -> None:
    one = asked("{image} {text}", {"image": "a", "text": "x"}, a=A)
    moved = asked("{image} {text}", {"image": "elsewhere", "text": "x"}, elsewhere=picture("a", b"resized"))
    assert one.digest == moved.digest == "e026bc0d87e309b80128717b9b23a79ccd37ef28ae98fb3edd23cb8a21ae49f3"
    others = [
        asked("{image} {text}", {"image": "b", "text": "x"}, b=B),
        asked("{image} {text}", {"image": "a", "text": "y"}, a=A),
        asked("{text} {image}", {"image": "a", "text": "x"}, a=A),
        asked("{image}{image} {text}", {"image": "a", "text": "x"}, a=A),
        asked("{text}", {"image": "a", "text": "x"}),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 6


def test_a_prompt_that_names_no_picture_asks_for_none_and_is_as_it_was() -> None:
    source = ScriptedPictures({})
    request = made("{text}", source).request(Task(1, {"image": "a", "text": "x"}))
    assert isinstance(request, ChatRequest)
    assert (request.pictures, request.messages[-1]["content"], source.asked) == ((), "x", [])


def test_each_address_is_read_once_of_a_page() -> None:
    source = ScriptedPictures({"a": A, "b": B})
    data = [{"image": "a"}, {"image": "b"}, {"image": "a"}]
    asks = made("{image}", source).requests([Task(number, one) for number, one in enumerate(data)])
    assert source.asked == [(7, ["a", "b"])]
    assert [ask.parts for _, ask in asks if isinstance(ask, ChatRequest)] == [[A], [B], [A]]


def test_a_broken_picture_stops_no_other_task() -> None:
    builder = made("{image}", ScriptedPictures({"a": A, "gone": GONE}))
    (_, first), (_, second) = builder.requests([Task(1, {"image": "gone"}), Task(2, {"image": "a"})])
    assert first == Failure("bad_task", "Its picture 'image' is not there (404).")
    assert isinstance(second, ChatRequest)
    assert (
        refused("{pages}", {"pages": ["a", "gone"]}, a=A, gone=GONE) == "Picture 2 of its 'pages' is not there (404)."
    )


def test_what_may_pass_stays_told_apart() -> None:
    late = Failure("timeout", "did not come.")
    assert made("{image}", ScriptedPictures({"a": late})).request(Task(1, {"image": "a"})) == Failure(
        "timeout", "Its picture 'image' did not come."
    )


@pytest.mark.parametrize(
    ("data", "state"), [({}, "is missing"), ({"image": None}, "is null"), ({"image": ""}, "is empty")]
)
def test_a_task_without_a_picture_has_nothing_to_show(data: dict[str, Any], state: str) -> None:
    assert refused("{image}", data) == f"Its field 'image' {state}; the prompt needs a picture."
    assert refused("{image} {text}", data) == "Its fields 'image', 'text' are all empty; the prompt needs a picture."
    assert asked("{image} {text}", {**data, "text": "x"}).parts == [" x"]


def test_where_nobody_reads_pictures_that_is_told() -> None:
    found = made("{image}", None).request(Task(1, {"image": "a"}))
    assert found == Failure("bad_task", "Its files cannot be read here.")


def test_people_are_told_which_picture_a_message_has() -> None:
    request = asked("Look: {image}", {"image": "a"}, a=A)
    assert request.messages[-1]["content"] == "Look: [picture: image/png, 1 bytes, sha256 aaaaaaaaaaaa]"


def test_pictures_follow_the_choices_that_a_task_brings() -> None:
    dynamic = CONFIG.replace('toName="shown">', 'toName="shown" value="$options">').replace(
        '<Choice value="Good"/><Choice value="Bad"/>', ""
    )
    builder = made("Look: {image}", ScriptedPictures({"a": A}), dynamic)
    request = builder.request(Task(1, {"image": "a", "options": [{"value": "Good"}, {"value": "Bad"}]}))
    assert isinstance(request, ChatRequest)
    (text, shown) = request.parts
    assert str(text).endswith("\n\nLook: ")
    assert shown == A


def test_pages_are_cut_where_they_hold_pictures() -> None:
    page = tasks(2 * AT_ONCE + 1)
    source = ScriptedPictures({})
    assert [len(some) for some in made("{image}", source).cut([page, page[:1]])] == [AT_ONCE, AT_ONCE, 1, 1]
    assert list(made("{text}", source).cut([page])) == [page]


def test_a_picture_takes_as_many_tokens_as_models_bill_at_most() -> None:
    large = picture("c", b"x" * 3_000_000)
    request = made("{image}", ScriptedPictures({"c": large})).request(Task(1, {"image": "c"}))
    assert isinstance(request, ChatRequest)
    capped = replace(request, template=replace(request.template, cap=100))
    assert PICTURE_TOKENS < largest(capped)[0] < PICTURE_TOKENS + 5_000


def test_a_document_is_a_file_of_the_message() -> None:
    request = asked("Read {paper} of {image}", {"paper": "p", "image": "a"}, p=PAPER, a=A)
    assert request.parts == ["Read ", PAPER, " of ", A]
    said = json.loads(RequestFormat().body(request))["messages"][-1]["content"][1]
    named = {"filename": "dddddddddddd.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}
    assert said == {"type": "file", "file": named}
    assert "[document: application/pdf, 5 bytes, sha256 dddddddddddd]" in request.messages[-1]["content"]
    other = asked("Read {paper} of {image}", {"paper": "q", "image": "a"}, q=Document("e" * 64, b"%PDF-"), a=A)
    assert other.digest != request.digest
    capped = replace(request, template=replace(request.template, cap=100))
    assert largest(capped)[0] > DOCUMENT_TOKENS + PICTURE_TOKENS


def test_each_tag_shows_files_of_its_kind() -> None:
    assert refused("{paper}", {"paper": "a"}, a=A) == "Its document 'paper' is a picture, and not a PDF file."
    assert refused("{image}", {"image": "p"}, p=PAPER) == "Its picture 'image' is a PDF file, and not a picture."
    assert refused("{paper}", {"paper": "gone"}, gone=GONE) == "Its document 'paper' is not there (404)."


def test_the_number_of_files_of_a_task_is_bounded_and_none_of_more_is_read() -> None:
    source = ScriptedPictures({"a": A})
    many, some = (made("{pages}", source).request(Task(1, {"pages": ["a"] * n})) for n in (MOST + 1, MOST))
    assert many == Failure("bad_task", "Its 'pages' has 51 files; the most is 50.")
    assert isinstance(some, ChatRequest)
    assert (len(some.pictures), source.asked) == (MOST, [(7, []), (7, ["a"])])


def test_pages_are_cut_where_their_tasks_have_many_files() -> None:
    page = [Task(number, {"pages": ["a"] * 20}) for number in range(5)]
    assert [len(part) for part in made("{pages}", ScriptedPictures({})).cut([page])] == [2, 2, 1]
