"""Tasks whose texts are loaded or decoded: in the message, and as the text in which spans are placed."""

import json
from base64 import b64encode
from typing import Any

import pytest

from backend.domain.answer import spans_of
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.labels.config import read_config
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Failure, Rejection
from backend.domain.pictures.loading import AT_ONCE
from backend.domain.pictures.texts import linked_texts, reads_files, with_texts
from backend.domain.task import Task
from tests.pictures import ScriptedPictures
from tests.scripted import at, tasks, version

MARKS = '<Labels name="who" toName="t"><Label value="PER"/></Labels>'
TEXT = '<Text name="t" value="$note" valueType="url"/>'
GONE = Failure("bad_task", "is not there (404).")
WORDS = "😀 Anna met\r\nBob"
TURNS = [{"author": "A", "text": "😀 Bob"}]


def config(*inside: str) -> LabelSchema:
    return read_config(f"<View>{''.join(inside)}</View>")


def asked(schema: LabelSchema, template: str, *data: dict[str, Any], **files: bytes | Failure) -> list[Any]:
    used = tuple(name for name in (*schema.variables, "note[0].text") if f"{{{name}}}" in template)
    builder = RequestBuilder(
        version(template, schema, variables=used),
        schema,
        at("http://model.test/v1", pictures=ScriptedPictures({}, files=files)),
    )
    return [request for _, request in builder.requests([Task(number, one) for number, one in enumerate(data)])]


def region(schema: LabelSchema, request: Any, quote: str, **more: Any) -> dict[str, Any]:
    """Of the answer that quotes it."""
    assert isinstance(request, ChatRequest)
    said = {"who": [{"label": "PER", "text": quote, "before": "", **more}]}
    spec: Any = request.template.spec
    answer = spec.parse(said)
    assert not isinstance(answer, Rejection), answer
    (found,) = spec.fields[0].to_regions(answer["who"])
    assert spans_of(spec.fields[0].from_regions([found])) == spans_of(answer["who"])
    value: dict[str, Any] = found["value"]
    return value


def test_spans_are_placed_in_what_was_loaded() -> None:
    schema = config(TEXT, MARKS)
    assert (schema.variables, schema.unsupported) == (("note",), ())
    (request,) = asked(
        schema, "Read: {note}", {"note": "/data/upload/1/a.txt"}, **{"/data/upload/1/a.txt": WORDS.encode()}
    )
    assert request.user == f"Read: {WORDS}"
    assert region(schema, request, "Bob") == {"start": 12, "end": 15, "text": "Bob", "labels": ["PER"]}


def test_html_and_dialogues_are_loaded_too() -> None:
    html = config('<HyperText name="t" value="$note" valueType="url"/>', MARKS.replace("Labels", "HyperTextLabels"))
    (page,) = asked(html, "{note}", {"note": "a"}, a="<p>😀 <b>Bob</b></p>".encode())
    assert page.user == "😀 Bob"
    assert region(html, page, "Bob")["globalOffsets"] == {"start": 2, "end": 5}
    talk = config('<Paragraphs name="t" value="$note" valueType="url"/>', MARKS.replace("Labels", "ParagraphLabels"))
    (spoken,) = asked(talk, "{note}", {"note": "a"}, a=json.dumps(TURNS).encode())
    assert spoken.user == "[0] A: 😀 Bob"
    assert region(talk, spoken, "Bob", turn=0)["startOffset"] == 3
    (part,) = asked(talk, "{note[0].text}", {"note": "a"}, a=json.dumps(TURNS).encode())
    assert part.user == "😀 Bob"


def test_a_text_is_decoded_and_nobody_is_asked_for_it() -> None:
    schema = config(TEXT.replace('valueType="url"', 'encoding="base64unicode"'), MARKS)
    (request,) = asked(schema, "{note}", {"note": b64encode(WORDS.encode()).decode()})
    assert request.user == WORDS
    assert region(schema, request, "Anna") == {"start": 2, "end": 6, "text": "Anna", "labels": ["PER"]}


def test_what_cannot_be_read_fails_its_task_and_no_other() -> None:
    files: dict[str, bytes | Failure] = {"good": b"Bob", "gone": GONE, "odd": b"\xff"}
    found = asked(config(TEXT, MARKS), "{note}", *({"note": name} for name in files), **files)
    assert isinstance(found[0], ChatRequest)
    assert found[1:] == [
        Failure("bad_task", "Its text 'note' is not there (404)."),
        Failure("bad_task", "Its text 'note' is not a text in UTF-8."),
    ]
    late = Failure("server", "cannot be read now.")
    assert asked(config(TEXT, MARKS), "{note}", {"note": "a"}, a=late) == [
        Failure("server", "Its text 'note' cannot be read now.")
    ]
    assert asked(config(TEXT, MARKS), "{note}", {"note": "a"}, a=b"x" * 1_000_001)[0].kind == "bad_task"


@pytest.mark.parametrize("data", [{}, {"note": None}, {"note": ""}])
def test_a_task_without_an_address_has_an_empty_text(data: dict[str, Any]) -> None:
    schema = config(TEXT, '<Text name="u" value="$more"/>', MARKS)
    assert asked(schema, "{note}{more}", {**data, "more": "x"})[0].user == "x"
    assert "the prompt needs text" in asked(schema, "{note}", data)[0].detail


def test_each_address_is_read_once_and_only_where_it_counts() -> None:
    schema = config(TEXT, '<Text name="u" value="$more"/>', MARKS.replace('"t"', '"u"'))
    assert linked_texts(schema) == {}
    assert linked_texts(schema, ["more"]) == {}
    linked, source = linked_texts(schema, ["note"]), ScriptedPictures({}, files={"a": b"A"})
    read = with_texts([Task(1, {"note": "a"}), Task(2, {"note": "a"})], linked, source, 7)
    assert [task.texts for task in read] == [{"note": "A"}] * 2
    assert with_texts(read, linked, source, 7) == read
    assert source.asked == [(7, ["a"])]
    assert reads_files(schema, ["note"])
    assert not reads_files(schema, ["more"])
    assert linked_texts(config(TEXT, MARKS)).keys() == {"note"}


def test_where_nobody_reads_files_that_is_told() -> None:
    schema = config(TEXT, MARKS)
    builder = RequestBuilder(version("{note}", schema), schema, at("http://model.test/v1"))
    assert builder.request(Task(1, {"note": "a"})) == Failure("bad_task", "Its text 'note' cannot be read here.")
    assert [len(page) for page in builder.cut([tasks(AT_ONCE + 1)])] == [AT_ONCE, 1]


@pytest.mark.parametrize("wrong", ["/data/upload/1/a.txt", "x"], ids=["an address", "shorter than the span"])
def test_a_truth_in_a_text_that_is_gone_is_not_read_in_its_address(wrong: str) -> None:
    schema = config(TEXT, MARKS)
    (task,) = with_texts([Task(1, {"note": wrong})], linked_texts(schema), ScriptedPictures({}, files={wrong: GONE}), 7)
    assert isinstance(schema.for_task(task.contents), Failure)
