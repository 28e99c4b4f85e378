"""What those who run the server need of it: an id that follows each request through answers and logs."""

import re
import secrets

from flask import Flask, Response, g, request

from backend.logs import about

HEADER = "X-Request-ID"
_GOOD = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def add_operations(server: Flask) -> None:
    @server.before_request
    def begin() -> None:
        g.id = _request_id()
        g.about = about(request=g.id)
        g.about.__enter__()

    @server.after_request
    def answered(response: Response) -> Response:
        response.headers[HEADER] = g.id
        return response

    @server.teardown_request
    def end(_error: BaseException | None) -> None:
        g.about.__exit__(None, None, None)


def _request_id() -> str:
    """The caller's, so that logs of both sides meet; one of ours when it has none that may stand in a log."""
    given = request.headers.get(HEADER, "")
    return given if _GOOD.fullmatch(given) else secrets.token_hex(6)
