"""HTTP to Label Studio through the SDK's client (it renews tokens), with its refusals as sentences.

The SDK's typed models take eight times as long as the transfer of a list, hide bodies that we need and repeat POSTs. So
requests use its HTTP client only.
"""

import json
import re
import sys
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from backend.adapters.label_studio.address import refuse_redirect, tls_trouble
from backend.adapters.label_studio.credential import NO_KEY, OF_PERSON, OF_SERVER, Credential
from backend.adapters.label_studio.json_body import PIECE, content_of
from backend.adapters.label_studio.sdk_internals import http_client_of
from backend.advice import Advice
from backend.domain.urls import public_url
from backend.errors import SettingsError, StudioError

GATEWAY = (502, 503, 504)
"""What a server before Label Studio answers while that is down, restarts or takes too long."""
READS = 3
"""How often a list is asked for while Label Studio fails; as often as the SDK asks for anything else."""
READ_PAUSE_S = 1.0
"""Before the second time; doubled each time."""
SWITCHES = "LABEL_STUDIO_ML_BLOCK_LOCAL_IP=false and LABEL_STUDIO_SSRF_PROTECTION_ENABLED=false"

SENTENCES = {
    "reserved network address": "Label Studio refuses backends on this machine or a private network: start it with "
    f"{SWITCHES}.",
    "legacy token": "Label Studio refuses legacy tokens: take a personal access token (Account & Settings), or switch "
    "legacy tokens on under Organization, Access Token Settings.",
    "The provided URL was not allowed": "Label Studio refuses this address for a backend: give one that begins with "
    "http:// or https://.",
    "Project and View mismatch": "That Data Manager tab belongs to another project: check the view's number.",
    "Can't resolve hostname": "Label Studio can't find the host of the backend: give the address at which it "
    "reaches the backend.",
    "authentication parameters": "The backend refused Label Studio's login: set BASIC_AUTH_USER and BASIC_AUTH_PASS "
    "for this command as they are set for the server.",
    "plain HTTP request was sent to HTTPS port": "Label Studio uses TLS at this address: begin LABEL_STUDIO_URL with "
    "https://.",
    "like a valid ML backend": "What answers Label Studio there is not this server, or it failed: see its log.",
}
"""What Label Studio says, in part -> what to do."""


class Refused(StudioError):
    """`status` is the HTTP status."""

    def __init__(self, status: int, sentence: str, advice: Advice | None = None) -> None:
        super().__init__(sentence, advice)
        self.status = status


class NotFound(Refused):
    pass


class RequestTooLarge(Refused):
    """A proxy in front of Label Studio accepts no request of this size."""


class Unreachable(StudioError):
    """There was no answer, or a proxy answered: the request may have been carried out or not.

    late: it may still be carried out
    """

    def __init__(self, sentence: str, late: bool = False) -> None:
        super().__init__(sentence)
        self.late = late


class Faulted(Refused, Unreachable):
    """Label Studio itself failed (500), as it does while its SQLite is locked: the request may have been carried out or
    not, and may pass later; or it always fails for what was asked."""

    def __init__(self, status: int, sentence: str) -> None:
        Refused.__init__(self, status, sentence)
        self.late = False


class LabelStudioHttp:
    """`call` returns the JSON of an answer, `rows` that of a long list as a stream. Every error is a StudioError.

    Its connections are closed when nobody has it any more: threads that share it cannot tell who is the last.
    """

    def __init__(
        self, url: str, api_key: str | None, credential: Credential | None = None, personal: bool = False
    ) -> None:
        """`credential`: a request's own, in place of the key; `personal`: whether the key is a person's, not ours."""
        self._token = OF_PERSON if personal or credential else OF_SERVER
        if credential is not None:
            api_key = NO_KEY
        if not api_key:
            raise SettingsError(
                "LABEL_STUDIO_API_KEY is not set: copy your access token from Label Studio (Account & Settings)."
            )
        if not re.fullmatch(r"[!-~]+", api_key):
            raise SettingsError("LABEL_STUDIO_API_KEY holds a space or a letter that no token has: copy it again.")
        if not re.match(r"https?://[^/]", url):
            raise SettingsError("LABEL_STUDIO_URL is not a valid address: correct it to one like http://host:8080.")
        # Imported where it is used. The SDK's client with all its types would take two seconds and 70 MB; httpx's own
        # command line, which it imports where rich is installed, 4 MB.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        from label_studio_sdk.base_client import LabelStudioBase
        from label_studio_sdk.core.api_error import ApiError

        self._address = public_url(url)
        try:
            from backend.adapters.label_studio.clients import client_without_cookies

            http = client_without_cookies(credential)
            weakref.finalize(self, http.close)
            self._sdk: Any = LabelStudioBase(base_url=url, api_key=api_key, timeout=60, httpx_client=http)
        except ApiError:
            raise Refused(401, self._token.expired) from None
        self._client.httpx_client.event_hooks["response"].append(lambda response: refuse_redirect(response, url))

    def call(
        self, method: str, path: str, *, body: Any = None, timeout: int = 60, repeat: bool = True, **params: Any
    ) -> Any:
        """One request; a POST is never repeated, a GET is tried three times if `repeat`.

        Raises NotFound for a 404, Faulted for a 500, Unreachable if the result is unknown, else StudioError.
        body: bytes and a JsonList are sent as they are
        timeout: seconds
        """
        from label_studio_sdk.core.request_options import RequestOptions

        options = RequestOptions(timeout_in_seconds=timeout, max_retries=2 * (repeat and method == "GET"))
        with self._translated_errors(timeout):
            response = self._client.request(
                path, method=method, params=params, request_options=options, **content_of(body)
            )
        if response.status_code >= 400:
            raise self._refusal(response.status_code, response.text)
        try:
            return response.json() if response.content else None
        except ValueError:
            raise stranger(self._address) from None

    def record(self, path: str, *names: str) -> Mapping[str, Any]:
        """A GET whose answer is an object with a text or number under each of these names."""
        answer = self.call("GET", path)
        if not isinstance(answer, dict) or any(not isinstance(answer.get(name), str | int) for name in names):
            raise stranger(self._address)
        return answer

    def rows(self, path: str, *, timeout: int = 60, **params: Any) -> Iterator[Any]:
        """The elements of a JSON list as they arrive; a long list is never held as a whole.

        Raises as `call`, also after some of them. It is asked for again only before the first of them.
        """
        import ijson
        from label_studio_sdk.core.request_options import RequestOptions

        options = RequestOptions(timeout_in_seconds=timeout)
        for pause in (*(READ_PAUSE_S * 2**n for n in range(READS - 1)), None):
            stream = self._client.stream(path, method="GET", params=params, request_options=options)
            with self._translated_errors(timeout), stream as response:
                if response.status_code < 400:
                    yield from ijson.items(ijson.from_iter(response.iter_bytes(PIECE)), "item", use_float=True)
                    return
                if response.status_code < 500 or pause is None:
                    raise self._refusal(response.status_code, response.read().decode(errors="replace"))
            time.sleep(pause)

    def headers(self) -> dict[str, str]:
        """What says who asks. Raises StudioError when a token cannot be renewed."""
        with self._translated_errors(60):
            return dict(self._client.base_headers())

    @property
    def _client(self) -> Any:
        return http_client_of(self._sdk)

    @contextmanager
    def _translated_errors(self, timeout: int) -> Iterator[None]:
        """Raises errors of a request as one sentence."""
        import httpx
        import ijson
        from label_studio_sdk.core.api_error import ApiError

        try:
            yield
        except ApiError as error:
            raise self._refusal(error.status_code or 0, str(error.body)) from None
        except httpx.ConnectError as error:
            raise tls_trouble(error, self._address) or away(self._address, error) from None
        except httpx.TimeoutException as error:
            late = isinstance(error, httpx.ReadTimeout)
            raise Unreachable(
                f"Label Studio at {self._address} did not answer within {timeout} s: try again later.", late
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, ijson.IncompleteJSONError, ValueError) as error:
            raise away(self._address, error) from None
        except ijson.JSONError:
            raise stranger(self._address) from None

    def _refusal(self, status: int, text: str) -> StudioError:
        if status in GATEWAY:
            proxy = f"{status} from the proxy in front of it"
            sentence = f"Label Studio at {self._address} does not answer ({proxy}): try again later."
            return Unreachable(sentence, late=status == 504)
        if status == 413:
            return RequestTooLarge(
                status,
                "The proxy in front of Label Studio refuses a request as too large (413): raise its limit (nginx: "
                "client_max_body_size).",
            )
        if status == 404:
            sentence = f"There is no such object at {self._address}: check its number, and LABEL_STUDIO_URL."
            return NotFound(status, sentence)
        for part, sentence in SENTENCES.items():
            if part in text:
                return Refused(status, sentence)
        if "Can't connect to ML backend" in text:
            return Refused(status, "Label Studio finds no backend at this address:", Advice.START_BACKEND)
        if status in (401, 403):
            return Refused(status, self._token.refused if status == 401 else self._token.forbidden)
        if status >= 500:
            return Faulted(status, f"Label Studio answered {status}, try again later: {_detail(text)}")
        return Refused(status, f"Label Studio answered {status}: {_detail(text)}")


def away(address: str, error: Exception) -> Unreachable:
    """What to say when Label Studio can't be reached at an address, which is shown."""
    return Unreachable(
        f"Label Studio is not reachable at {address} ({type(error).__name__}): start it, or correct LABEL_STUDIO_URL."
    )


def stranger(address: str) -> StudioError:
    return StudioError(f"What answers at {address} is not Label Studio: correct LABEL_STUDIO_URL.")


def _detail(text: str) -> str:
    """Label Studio's own message, shortened; never a page of HTML."""
    try:
        problem = json.loads(text)
    except ValueError:
        return "see its log."
    detail = problem.get("validation_errors") or problem.get("detail") if isinstance(problem, dict) else problem
    return str(detail)[:300]
