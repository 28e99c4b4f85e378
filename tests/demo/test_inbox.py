"""The demo's messages: every mark is where its text is, and the product reads all that people said of them."""

import json

import pytest
from label_studio_sdk import ImportApiRequest

from backend.domain.answer import names_of, number_of, spans_of, texts_of
from backend.domain.dataset.ground_truth import truth_of
from backend.domain.labels.config import read_config
from demo import inbox

MESSAGES = json.loads((inbox.DATA / "messages.json").read_text(encoding="utf-8"))
SCHEMA = read_config(inbox.config())
TASKS = inbox.tasks()


@pytest.mark.parametrize("number", range(inbox.TRUTHS))
def test_the_product_reads_every_truth_as_the_file_has_it(number: int) -> None:
    message, task = MESSAGES[number], TASKS[number]
    truth = truth_of(1, annotations(task), "ground-truth", SCHEMA)
    assert truth is not None
    answer, text = truth.answer, task.data["text"]
    marks = [f"[{text[span.start : span.end]}|{span.label}]" for span in spans_of(answer["details"])]
    assert marks
    assert [message["text"].count(mark) for mark in marks] == [1] * len(marks)
    assert message["text"].count("|") == len(marks)
    assert (names_of(answer["kind"]), number_of(answer["urgency"])) == ((message["kind"],), message["urgency"])
    assert texts_of(answer["request"]) == ((message["request"],) if message["request"] else ())


def test_a_prompt_sees_the_text_alone() -> None:
    assert len(TASKS) == len(MESSAGES)
    for task in TASKS:
        assert task.data.keys() == {"text"}
        assert not set("[|]") & set(task.data["text"])
    assert [bool(task.annotations) for task in TASKS].count(True) == inbox.TRUTHS < len(TASKS)


@pytest.mark.parametrize("number", range(len(MESSAGES)))
def test_a_copied_sentence_stands_in_its_message(number: int) -> None:
    request = MESSAGES[number]["request"]
    assert request is None or request in TASKS[number].data["text"]


def annotations(task: ImportApiRequest) -> list[dict[str, object]]:
    return [{"id": place, **one.dict()} for place, one in enumerate(task.annotations or ())]
