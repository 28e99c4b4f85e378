"""What a provider's batch reports, and what it means for a request without an answer."""

import json

import pytest

from backend.domain.runs.batch_report import ENDED, BatchReport, line, refused, unanswered


def test_a_batch_says_how_far_it_is() -> None:
    assert str(BatchReport("b", "in_progress", 1200, 7)) == "in_progress, 7 of 1,200 answered"
    assert str(BatchReport("b", "completed", 10, 7, 3)).endswith("7 of 10 answered, 3 failed")
    assert [status for status in ("in_progress", *ENDED) if BatchReport("b", status).ended] == list(ENDED)


def test_a_line_holds_the_request_as_it_would_be_sent_alone() -> None:
    body = b'{"model": "m"}'
    made = line("d" * 64, body)
    assert made.endswith(b"}\n")
    assert json.loads(made) == {
        "custom_id": "d" * 64,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m"},
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [("expired", "deadline"), ("cancelled", "server"), ("failed", "bad_request"), ("completed", "server")],
)
def test_an_ended_batch_says_why_a_request_has_no_answer(status: str, kind: str) -> None:
    assert unanswered(BatchReport("b", status)).kind == kind


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (0, "batch_expired", "deadline"),
        (0, "stopped", "server"),
        (429, "", "rate_limited"),
        (408, "", "server"),
        (503, "", "server"),
        (400, "bad_schema", "bad_request"),
    ],
)
def test_a_request_of_its_own_error_is_a_failure_of_its_kind(status: int, code: str, kind: str) -> None:
    assert refused(status, code).kind == kind


def test_a_code_is_shown_and_a_task_text_is_not() -> None:
    assert refused(400, "bad_schema").detail.endswith("(400) (bad_schema).")
    assert "secret" not in refused(400, "the secret text of a task").detail
    assert "secret" not in unanswered(BatchReport("b", "failed", code="a secret text")).detail
