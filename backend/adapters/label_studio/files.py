"""Files that Label Studio hands out: what was uploaded, local files, what it reads from a storage.

The token goes to Label Studio alone: a redirect is given back, not followed.
"""

import weakref

from backend.adapters.label_studio.credential import Credential
from backend.adapters.label_studio.http import LabelStudioHttp, away
from backend.adapters.web.file_answer import NOT_COMPRESSED, Answer, answer_of
from backend.domain.outcome import Failure
from backend.domain.urls import public_url


class StudioFiles:
    """Safe to call from several threads."""

    def __init__(self, url: str, http: LabelStudioHttp, credential: Credential | None = None) -> None:
        # httpx takes a third of a second, for which commands without Label Studio need not wait.
        from backend.adapters.label_studio.clients import client_without_cookies

        self._url = url
        self._http = http
        self._client = client_without_cookies(credential)
        weakref.finalize(self, self._client.close)

    def read(self, path: str, most: int) -> Answer:
        """The file at a path below Label Studio's address, which begins with a slash. Raises StudioError when Label
        Studio does not answer at all."""
        import httpx

        address = self._url.rstrip("/") + path
        try:
            with self._client.stream("GET", address, headers=self._http.headers() | NOT_COMPRESSED) as response:
                answer = answer_of(response, address, most)
        except httpx.ConnectError as error:
            raise away(public_url(self._url), error) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Failure("connection", f"cannot be read from Label Studio ({type(error).__name__}): try again later.")
        return _explained(answer, response.status_code, path)


def _explained(answer: Answer, status: int, path: str) -> Answer:
    if status == 500 and path.startswith("/data/upload/"):
        return Failure("bad_task", "is not there: Label Studio answers 500, as for an upload that was deleted.")
    if status in (401, 403):
        return Failure("bad_task", f"is not for this token: Label Studio refuses it ({status}).")
    if status == 404:
        return Failure(
            "bad_task",
            "is not there (Label Studio answers 404): see that the file exists, and that a storage of the project "
            "covers it.",
        )
    return answer
