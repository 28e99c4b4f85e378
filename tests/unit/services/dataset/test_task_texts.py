"""Annotated tasks with the texts that they only name the address of."""

from collections.abc import Iterator

import pytest

from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.task import Task
from backend.services.dataset.task_texts import AT_A_TIME, annotated_with_texts
from tests.pictures import ScriptedPictures

SHOWN = '<Text name="t" value="$note" valueType="url"/><Text name="u" value="$more"/>'
MARKED = '<Labels name="who" toName="{}"><Label value="PER"/></Labels>'


class Annotated(LabelStudioClient):
    def annotated(self, project: int) -> Iterator[AnnotatedTask]:
        return (AnnotatedTask(Task(number, {"note": f"{project}-{number % 7}"}), (), {}) for number in range(250))


def studio() -> tuple[Annotated, ScriptedPictures]:
    made = Annotated("http://studio.test", "f" * 40)
    files: dict[str, bytes | Failure] = {f"3-{number}": f"text {number}".encode() for number in range(7)}
    made.texts = source = ScriptedPictures({}, files=files)
    return made, source


@pytest.mark.parametrize("marked", ["t", "u"])
def test_all_tasks_come_in_their_order_with_the_texts_that_are_marked(marked: str) -> None:
    schema, (client, source) = read_config(f"<View>{SHOWN}{MARKED.format(marked)}</View>"), studio()
    read = list(annotated_with_texts(client, 3, schema))
    assert [item.task.id for item in read] == list(range(250))
    loaded = [item.task.texts.get("note") for item in read]
    assert loaded == ([f"text {number % 7}" for number in range(250)] if marked == "t" else [None] * 250)
    assert [len(some) for _, some in source.asked] == ([7] * (250 // AT_A_TIME + 1) if marked == "t" else [])


def test_those_that_are_given_are_taken() -> None:
    schema, (client, _) = read_config(f"<View>{SHOWN}{MARKED.format('t')}</View>"), studio()
    item = AnnotatedTask(Task(9, {"note": "3-4"}), (), {})
    (read,) = annotated_with_texts(client, 3, schema, [item])
    assert read.task.contents == {"note": "text 4"}
