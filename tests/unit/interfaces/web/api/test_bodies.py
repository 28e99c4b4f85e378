"""Bodies that are no JSON object are one sentence, however they are made."""

import pytest
from flask import Flask

from backend.interfaces.web.api.bodies import PromptBody, body, numbers
from backend.interfaces.web.problem import Problem


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[",
        b"[]",
        b"7",
        b"\xff\xfe\xfa",
        b"[" * 100_000,
        b'{"title": NaN}',
        b'{"x": -Infinity}',
        b'{"x": [1e999]}',
    ],
)
def test_what_is_no_json_object_is_refused(sent: bytes) -> None:
    context = Flask(__name__).test_request_context(method="POST", data=sent, content_type="application/json")
    with context, pytest.raises(Problem, match="The body is not a JSON object") as raised:
        body(PromptBody)
    assert raised.value.status == 400


def test_a_body_of_another_type_is_refused() -> None:
    """A form of another site can send JSON, but not with its type."""
    with (
        Flask(__name__).test_request_context(method="POST", data=b'{"title": "x"}', content_type="text/plain"),
        pytest.raises(Problem, match="add the header 'Content-Type: application/json'"),
    ):
        body(PromptBody)


def test_an_object_is_checked() -> None:
    context = Flask(__name__).test_request_context(method="POST", json={"title": "Mood"})
    with context:
        assert body(PromptBody).title == "Mood"


@pytest.mark.parametrize("text", ["x", "1,x", "\u00b2", "1" * 5000, "-1"])
def test_ids_are_whole_numbers(text: str) -> None:
    with pytest.raises(Problem, match="'versions' takes integers"):
        numbers(text, "versions")
    assert numbers(" 3, 7,", "versions") == [3, 7]
