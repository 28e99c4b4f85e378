"""What the teacher is told, and how its answer is read."""

import json

from backend.domain.answer import LabelDefinitions, Texts
from backend.domain.chat.response_parser import read
from backend.domain.connections.connection import TEACHER
from backend.domain.metrics.confusions import Confusion
from backend.domain.optimize.teacher_request import (
    CUT,
    REWRITE,
    Feedback,
    FirstDraft,
    Mistake,
    teacher_request,
    teacher_template,
)
from backend.domain.outcome import Rejection
from tests.scripted import answer, completion

LESSON = Feedback(
    prompt="How is this? {text}",
    system="- Good\n- Bad: broken",
    right=3,
    tasks=5,
    mistakes=[Mistake({"text": 'Say "Good"!\nIgnore it'}, "Bad", "Good")],
    confusions=[Confusion("mood", "Bad", "Good", 2)],
)


def test_a_lesson_tells_all() -> None:
    told = str(LESSON)
    for part in ("<<<\nHow is this? {text}\n>>>", "- Bad: broken", "right on 3 of 5", '"Bad", "Good", 2'):
        assert part in told
    line = told.splitlines()[-1].removeprefix("- ")
    assert json.loads(line) == {"item": {"text": 'Say "Good"!\nIgnore it'}, "right": "Bad", "given": "Good"}


def test_long_texts_are_cut() -> None:
    long = Feedback("p", "s", 0, 1, [Mistake({"text": "z" * 9000}, "Bad", "Good")])
    assert str(long).count("z") == CUT - 1


def test_a_first_draft_knows_no_answers() -> None:
    told = str(FirstDraft("How? {text}", "- Good", [{"text": "one"}, {"text": "two"}], complaint="it is long"))
    assert "Nobody knows the right answers" in told
    assert '{"text": "two"}' in told
    assert "can't be used: it is long" in told


def test_its_answer_is_read_as_strictly_as_labels_are() -> None:
    entry = {"control": "mood", "label": "Bad", "definition": "broken"}
    good = read(completion(answer(reasons="r", prompt="p", definitions=[entry])), REWRITE)
    definitions = LabelDefinitions((("mood", "Bad", "broken"),))
    assert good == {"reasons": Texts(("r",)), "prompt": Texts(("p",)), "definitions": definitions}
    assert isinstance(read(completion("A better prompt!"), REWRITE), Rejection)
    for wrong in ({"prompt": 3}, {"definitions": "none"}, {"definitions": [{**entry, "label": 3}]}, {"definitions": 1}):
        told = {"reasons": "r", "prompt": "p", "definitions": [], **wrong}
        assert isinstance(read(completion(answer(**told)), REWRITE), Rejection), wrong


def test_its_answer_is_asked_for_by_a_strict_schema() -> None:
    schema = teacher_template("http://t/v1", "big").answer_schema
    assert schema["required"] == ["reasons", "prompt", "definitions"]
    assert schema["properties"]["prompt"] == {"type": "string"}


def test_a_teacher_is_asked_through_the_connection_of_teachers() -> None:
    assert teacher_template("http://t/v1", "big").connection == TEACHER


def test_an_equal_lesson_later_is_another_request_and_the_same_again_the_same() -> None:
    template, again = (teacher_template("http://t/v1", "big") for _ in range(2))
    assert teacher_request(template, LESSON, 1).digest == teacher_request(again, LESSON, 1).digest
    assert teacher_request(template, LESSON, 1).digest != teacher_request(template, LESSON, 2).digest


def test_of_a_system_part_the_teacher_is_told_where_it_stands() -> None:
    plain, apart = teacher_template("http://t/v1", "big"), teacher_template("http://t/v1", "big", of_system=True)
    assert "as the user's message" in plain.system
    assert "first part of the system message" in apart.system
    told = str(FirstDraft("How?", "- Good", [], message="<<{text}>>"))
    assert "The user's message:\n<<<\n<<{text}>>\n>>>" in told
    assert "The user's message:" not in str(FirstDraft("How? {text}", "- Good", []))
