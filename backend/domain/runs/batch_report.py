"""Batches as providers report them: the state of a batch, and the meaning of a request in it without an answer."""

import re
from dataclasses import dataclass

from backend.domain.outcome import Failure

ENDED = ("completed", "failed", "expired", "cancelled")
_CODE = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, slots=True)
class BatchReport:
    """The state of a batch, with counts of requests.

    status: in OpenAI's words
    files: the provider's names of the files with answers and errors
    code: why the whole batch was refused, if it was
    """

    id: str
    status: str
    total: int = 0
    answered: int = 0
    failed: int = 0
    files: tuple[str, ...] = ()
    code: str = ""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    def __str__(self) -> str:
        """For people."""
        trouble = f", {self.failed:,} failed" if self.failed else ""
        return f"{self.status}, {self.answered:,} of {self.total:,} answered{trouble}"


def line(digest: str, body: bytes) -> bytes:
    """One request in a batch file. `body`: as it would be sent alone."""
    head = f'{{"custom_id": "{digest}", "method": "POST", "url": "/v1/chat/completions", "body": '
    return head.encode() + body + b"}\n"


def unanswered(report: BatchReport) -> Failure:
    """The Failure of requests that an ended batch does not mention."""
    if report.status == "expired":
        return Failure("deadline", "The batch expired before the request was answered.")
    if report.status == "cancelled":
        return Failure("server", "The batch was cancelled at the provider.")
    if report.status == "failed":
        return Failure("bad_request", f"The provider refused the batch{_safe_code(report.code)}.")
    return Failure("server", "The batch ended without an answer to this request.")


def refused(status: int, code: str) -> Failure:
    """The Failure of a request with an error of its own: an HTTP status (0 if it was never sent) and a code."""
    if code.endswith("expired"):
        return Failure("deadline", "The batch expired before the request was answered.")
    if not status:
        return Failure("server", f"The request was not executed{_safe_code(code)}.")
    if status == 429:
        return Failure("rate_limited", "The provider's rate limit was reached.")
    if status in (408, 409) or status >= 500:
        return Failure("server", f"The model's server answered {status}.")
    return Failure("bad_request", f"The model's server refused the request ({status}){_safe_code(code)}.")


def _safe_code(code: str) -> str:
    """Codes are words; anything else may repeat a task's text."""
    return f" ({code})" if _CODE.fullmatch(code) else ""
