"""The provider's Batch API: files and batches, through the `openai` package.

One call is one request and is never repeated: a batch that is created twice is paid for twice.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO, Any, TypeVar

import httpx2
import openai
from openai.pagination import SyncCursorPage
from openai.types import Batch

from backend.adapters.providers.chat_completions import GARBAGE
from backend.adapters.providers.connection_errors import check, moved, unsafe
from backend.adapters.providers.key_header import request_hooks
from backend.adapters.providers.meant_status import meant_status, refusal_in
from backend.adapters.providers.model_connection import ModelConnection
from backend.adapters.providers.response import malformed, parse, to_reply
from backend.adapters.tls import client_context
from backend.domain.chat.request import Completion
from backend.domain.outcome import Failure
from backend.domain.runs.batch_report import BatchReport, refused
from backend.errors import ProviderAwayError, ProviderError

_CONFLICT = (400, 409)
MOST_PAGES = 1000
"""Of a list: 20,000 batches at OpenAI. A longer one is taken for one without an end."""
Entry = TypeVar("Entry")


class BatchApi:
    """Every method raises ProviderError if the provider refuses, ProviderAwayError if it cannot be reached.

    Its connections are closed when nobody has it any more.
    """

    def __init__(self, connection: ModelConnection) -> None:
        """Raises SettingsError for a key or an address that can't be one. The time-out is for silence."""
        check(connection)
        self._address, self._named = connection.public_url, connection.settings
        hooks = {"request": request_hooks(connection)}
        client = openai.DefaultHttpxClient(
            follow_redirects=False,
            timeout=connection.timeout_s,
            event_hooks=hooks,
            verify=client_context(httpx2.create_ssl_context),
        )
        weakref.finalize(self, client.close)
        self._client = openai.OpenAI(
            api_key=connection.api_key,
            base_url=connection.base_url,
            max_retries=0,
            timeout=connection.timeout_s,
            http_client=client,
            default_query=connection.query,
        )

    def upload(self, name: str, content: IO[bytes]) -> str:
        """The provider's name for the new file."""
        with self._translated_errors():
            return self._client.files.create(file=(name, content), purpose="batch").id

    def find_file(self, name: str) -> str | None:
        """The provider's name for the file that was uploaded as `name`, if it was."""
        with self._translated_errors():
            files = self._entries(self._client.files.list(purpose="batch"))
            return next((file.id for file in files if file.filename == name), None)

    def create(self, file_id: str) -> BatchReport:
        with self._translated_errors():
            return _report(
                self._client.batches.create(
                    input_file_id=file_id, endpoint="/v1/chat/completions", completion_window="24h"
                )
            )

    def find(self, file_id: str) -> BatchReport | None:
        """The batch that was created from this file, if one was."""
        with self._translated_errors():
            batches = self._entries(self._client.batches.list())
            return next((_report(batch) for batch in batches if batch.input_file_id == file_id), None)

    def check_list(self) -> None:
        """Whether the provider lists batches: one free request."""
        with self._translated_errors():
            self._client.batches.list()

    def look(self, batch_id: str) -> BatchReport:
        """The state of a batch; `failed` if the provider does not know it any more."""
        with self._translated_errors():
            try:
                return _report(self._client.batches.retrieve(batch_id))
            except openai.NotFoundError:
                return BatchReport(batch_id, "failed", code="not_found")

    def cancel(self, batch_id: str) -> None:
        """A batch that has ended stays as it is."""
        with self._translated_errors(), suppress(openai.NotFoundError):
            try:
                self._client.batches.cancel(batch_id)
            except openai.APIStatusError as error:
                if error.status_code not in _CONFLICT:
                    raise

    def delete_file(self, file_id: str) -> None:
        """A file that does not exist any more counts as deleted."""
        with self._translated_errors(), suppress(openai.NotFoundError):
            self._client.files.delete(file_id)

    def results(self, file_id: str, model: str) -> Iterator[tuple[str, Completion | Failure]]:
        """Digest and reply, line by line as they arrive; lines without a digest are left out."""
        with self._translated_errors(), self._client.files.with_streaming_response.content(file_id) as response:
            for line in response.iter_lines():
                reply = _result(line, model)
                if reply is not None:
                    yield reply

    def _entries(self, page: SyncCursorPage[Entry]) -> Iterator[Entry]:
        """All entries of a list, page by page. Some servers do not know where a page is to begin, and repeat the first.

        Raises ProviderError for such a list, and for one without an end: whoever is not found in a part of it may still
        be there.
        """
        cursors = set[str]()
        for _ in range(MOST_PAGES):
            yield from page.data or ()
            cursor = str(page.next_page_info()) if page.has_next_page() else ""
            if not cursor:
                return
            if cursor in cursors:
                break
            cursors.add(cursor)
            page = page.get_next_page()
        raise ProviderError(f"{self._address} lists batches without an end: run it without a batch.")

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except openai.APIStatusError as error:
            raise self._error(error) from None
        except (openai.APIError, *GARBAGE, httpx2.TransportError) as error:
            raise unsafe(error, self._address) or ProviderAwayError(
                f"No connection to the model's server at {self._address}: start it, or correct {self._named.address}."
            ) from None

    def _error(self, error: openai.APIStatusError) -> ProviderError:
        status = error.status_code
        if status < 400:
            return moved(error, self._address, self._named)
        if status in (404, 405, 501):
            return ProviderError(f"{self._address} has no batch endpoint: run it without a batch.")
        if status in (401, 403):
            return ProviderError(
                f"{self._address} refused the key: check {self._named.key}, and that it may use batches."
            )
        if status == 402 or "quota" in (error.code or "") or "billing" in (error.code or ""):
            return ProviderError(f"The account at {self._address} has no quota left: add credit, then run it again.")
        if status in (408, 409, 429) or status >= 500:
            return ProviderAwayError(f"The model's server at {self._address} answered {status}: try again later.")
        return ProviderError(f"{self._address} refused the batch ({status}): run it without a batch.")


def _report(batch: Batch) -> BatchReport:
    counts, errors = batch.request_counts, batch.errors and batch.errors.data
    return BatchReport(
        id=batch.id,
        status=batch.status,
        total=counts.total if counts else 0,
        answered=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        files=tuple(name for name in (batch.output_file_id, batch.error_file_id) if name),
        code=str(errors[0].code or "") if errors else "",
    )


def _result(line: str, model: str) -> tuple[str, Completion | Failure] | None:
    try:
        result = parse(line)
        return str(result["custom_id"]), _reply(str(result["custom_id"]), result, model)
    except GARBAGE:
        return None


def _reply(digest: str, result: dict[str, Any], model: str) -> Completion | Failure:
    response, error = result.get("response") or {}, result.get("error") or {}
    try:
        status, body = int(response.get("status_code") or 0), response.get("body") or {}
        status, refusal = _meant(status, body)
        if status != 200:
            answer = malformed(refusal, digest, model)
            reply = answer or refused(status, str(error.get("code") or refusal.get("code") or ""))
        else:
            reply = to_reply(digest, model, body)
    except GARBAGE:
        return Failure("server", "The model's server did not send a chat completion.")
    return replace(reply, batch=True) if isinstance(reply, Completion) else reply


def _meant(status: int, body: Any) -> tuple[int, dict[str, Any]]:
    """As a request by itself is read: the status that an answer means (0 stays 0), and its error."""
    if status == 200:
        return refusal_in(body) or (200, {})
    error = body.get("error") or {}
    return (meant_status(status, error) if status else 0), error
