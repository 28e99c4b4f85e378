"""Routes of the page: which address leads where, and how every page and every problem is sent."""

import logging
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from backend.errors import PromptsError, where
from backend.interfaces.presentation import number_format as numbers
from backend.interfaces.presentation.report_page import TEMPLATES
from backend.interfaces.web.admission import PAGES, Refusal
from backend.interfaces.web.pages import (
    acting,
    auditing,
    comparing,
    downloads,
    draft,
    enhancing,
    first_steps,
    following,
    labelling,
    results,
    running,
    start,
)
from backend.interfaces.web.pages.guard import PageAddress
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.page_sign_in import PageSignIn
from backend.interfaces.web.pages.page_words import in_page_words, on_page
from backend.interfaces.web.pages.sessions import Sessions
from backend.interfaces.web.problem import Problem, problem_of
from backend.interfaces.web.sign_in import SignIn

log = logging.getLogger(__name__)
PAGE_ROUTES = "pages"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FILTERS = (
    "percent",
    "percent_interval",
    "points",
    "points_interval",
    "p_value",
    "measured",
    "measured_interval",
    "count",
    "things",
    "usd",
    "seconds",
)
TYPED = {"system": "The system part", "text": "The user's message", "note": "The note"}
"""What a page that could not be shown gives back: fields of a form, with what they are called."""
_PROMPT = "/<int:prompt>"
_VERSION = f"{_PROMPT}/versions/<int:version>"
_RUN = "/runs/<int:run>"
Route = tuple[str, str, Callable[..., Any]]
READING: tuple[Route, ...] = (
    ("", "list_prompts", start.list_prompts),
    ("/new", "new_prompt", start.new_prompt),
    ("/setup", "setup", first_steps.show_setup),
    (_PROMPT, "show_prompt", start.show_prompt),
    (f"{_PROMPT}/draft", "draft", draft.show_draft),
    (f"{_PROMPT}/compare", "comparison", comparing.show_comparison),
    (f"{_PROMPT}/audit", "audit", auditing.show_audit),
    (_VERSION, "results", results.show_results),
    (f"{_VERSION}/label", "queue", labelling.show_queue),
    (f"{_VERSION}/report.html", "report", downloads.download_report),
    (f"{_VERSION}/results.jsonl", "download_jsonl", downloads.download_jsonl),
    (f"{_VERSION}/results.csv", "download_csv", downloads.download_csv),
    (f"{_VERSION}/run", "run_form", running.run_form),
    (f"{_VERSION}/act", "actions", acting.show_actions),
    (f"{_VERSION}/sure", "sure", acting.show_confident_tasks),
    (f"{_VERSION}/enhance", "enhance", enhancing.show_enhance),
    (f"{_VERSION}/enhance/progress", "search_progress", enhancing.search_progress),
    (_RUN, "show_run", following.show_run),
    (f"{_RUN}/progress", "progress", following.show_progress),
    (f"{_RUN}/rows", "recent_rows", following.show_rows),
)
CHANGING: tuple[Route, ...] = (
    ("/new", "create_prompt", start.create_prompt),
    (f"{_PROMPT}/draft", "save_draft", draft.save_draft),
    (f"{_PROMPT}/save-as", "save_as", draft.save_as),
    (f"{_PROMPT}/try", "try_draft", draft.try_draft),
    (f"{_VERSION}/run", "start_run", running.start_run),
    (f"{_VERSION}/retry", "retry_results", results.retry_results),
    (f"{_VERSION}/draw", "draw", labelling.draw),
    (f"{_VERSION}/mark", "mark", labelling.mark),
    (f"{_VERSION}/use", "use_version", acting.use_version),
    (f"{_VERSION}/keep-up", "switch_keep_up", acting.switch_keep_up),
    (f"{_VERSION}/annotate", "annotate", acting.annotate),
    (f"{_VERSION}/unannotate", "unannotate", acting.unannotate),
    (f"{_VERSION}/withdraw", "withdraw", acting.withdraw),
    (f"{_VERSION}/enhance", "start_enhance", enhancing.start_enhance),
    (f"{_VERSION}/enhance/stop", "stop_enhance", enhancing.stop_enhance),
    (f"{_RUN}/cancel", "cancel_run", running.cancel_run),
    (f"{_RUN}/resume", "resume_run", running.resume_run),
    (f"{_RUN}/retry", "retry_run", running.retry_run),
)


def add_pages(server: Flask, sign_in: SignIn, address: PageAddress) -> None:
    """The page below PAGES, with and without a slash at an address's end."""
    routes = Blueprint(
        PAGE_ROUTES,
        __name__,
        url_prefix=PAGES,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    sign_in_page = PageSignIn(sign_in, address, sign_in.studio_url, Sessions())
    for path, name, view in READING:
        routes.add_url_rule(path, name, sign_in_page.signed_in(view), methods=["GET"], strict_slashes=False)
    for path, name, view in CHANGING:
        routes.add_url_rule(
            path, name, sign_in_page.signed_in(view, changes=True), methods=["POST"], strict_slashes=False
        )
    check = sign_in_page.signed_in(draft.check_draft)
    routes.add_url_rule(f"{_PROMPT}/check", "check_draft", check, methods=["POST"], strict_slashes=False)
    routes.add_url_rule("/sign-in", "sign_in_page", sign_in_page.sign_in_page, methods=["GET"])
    routes.add_url_rule("/sign-in", "enter", sign_in_page.enter, methods=["POST"])
    routes.add_url_rule("/sign-out", "leave", sign_in_page.leave, methods=["POST"])
    routes.add_url_rule("/page.css", "style", _style, methods=["GET"])
    routes.add_url_rule("/<path:rest>", "nowhere", sign_in_page.signed_in(_nowhere), methods=["GET"])
    for name in FILTERS:
        routes.add_app_template_filter(getattr(numbers, name), name)
    routes.add_app_template_filter(shlex.quote, "quoted")
    routes.add_app_template_filter(in_page_words, "in_page_words")
    routes.add_app_template_filter(on_page, "on_page")
    routes.after_request(_sent)
    routes.register_error_handler(Exception, _problem_page)
    server.register_blueprint(routes)


def refused_page(refusal: Refusal) -> Response:
    """Of a request that is not let in, whose body was never read."""
    return _page(refusal.sentence, refusal.status, ())


def _nowhere(page: PageRequest, rest: str) -> Any:
    raise Problem(404, "There is no page at this address: look for it from the list of prompts.")


def _style() -> Response:
    """The report's style, and what pages have beyond it."""
    sheets = (TEMPLATES / "report.css", Path(__file__).parent / "static" / "page.css")
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    return Response(text, content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})


def _sent(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _problem_page(error: Exception) -> Response:
    if isinstance(error, Problem):
        return _trouble(str(error), error.status)
    if isinstance(error, PromptsError):
        return _trouble(on_page(error.notice), problem_of(error).status)
    if isinstance(error, HTTPException):
        return _trouble(error.description or "This request can't be answered.", error.code or 500)
    log.error("%s %s failed: %s", request.method, request.url_rule, where(error))
    return _trouble("Something went wrong here; the server's log says where.", 500)


def _trouble(sentence: str, status: int) -> Response:
    """What was typed is given back, so that nothing is lost."""
    typed = request.form if request.method == "POST" and status != 413 else {}
    return _page(sentence, status, [(title, typed[name]) for name, title in TYPED.items() if typed.get(name)])


def _page(sentence: str, status: int, kept: Sequence[tuple[str, str]]) -> Response:
    return _sent(
        Response(render_template("prompts/trouble.html", sentence=sentence, kept=kept, missing=status == 404), status)
    )
