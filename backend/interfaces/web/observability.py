"""Observability: /metrics, and an id of each request that stands in its answer and in the logs."""

import re
import secrets
from time import perf_counter

from flask import Flask, Response, g, request

from backend.app import App
from backend.logs import about

HEADER = "X-Request-ID"
_GOOD = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def add_operations(server: Flask, app: App) -> None:
    """/metrics is a route like the others, behind the same password."""
    page = app.exposition().page

    @server.get("/metrics")
    def read() -> Response:
        body, content_type = page(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)

    @server.before_request
    def begin() -> None:
        g.began = perf_counter()
        g.id = _request_id()
        g.about = about(request=g.id)
        g.about.__enter__()

    @server.after_request
    def answered(response: Response) -> Response:
        if request.endpoint == "predict" and response.status_code == 200:
            app.measure_predict(perf_counter() - g.began)
        response.headers[HEADER] = g.id
        return response

    @server.teardown_request
    def end(_error: BaseException | None) -> None:
        g.about.__exit__(None, None, None)


def _request_id() -> str:
    """The caller's, so that logs of both sides meet; one of ours when it has none that may stand in a log."""
    header = request.headers.get(HEADER, "")
    return header if _GOOD.fullmatch(header) else secrets.token_hex(6)
