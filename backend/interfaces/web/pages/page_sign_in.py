"""PageSignIn: signing in with one's own Label Studio token, and signing out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from backend.errors import PromptsError
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.pages.followed_runs import FollowedRuns
from backend.interfaces.web.pages.guard import PageAddress
from backend.interfaces.web.pages.page_request import PageRequest
from backend.interfaces.web.pages.sessions import IDLE_S, Session, Sessions
from backend.interfaces.web.problem import Problem, problem_of
from backend.interfaces.web.sign_in import SignIn

COOKIE = "open_prompts"
PATH = "/prompts"
MOST_TOKEN = 4000
"""Characters of a token."""
PASTE_IT = "Paste your access token: Label Studio, Account & Settings."
ENDED = "Label Studio does not take your token any more: copy a new one from Account & Settings."
SIGNED_OUT = "You are signed out, so nothing was done: sign in and repeat it."


@dataclass(frozen=True, slots=True)
class PageSignIn:
    """`studio_url`: where Label Studio is, for a link to it."""

    sign_in: SignIn
    address: PageAddress
    studio_url: str
    sessions: Sessions
    followed: FollowedRuns = field(default_factory=FollowedRuns)

    def sign_in_page(self) -> str:
        """`ended` in the address: why the session before has ended is told."""
        return self._form(ENDED if request.args.get("ended") else None)

    def enter(self) -> Any:
        """Starts a session under a new id, whatever the browser sent."""
        token = request.form.get("token", "").strip()
        if not (token.isascii() and token.isprintable() and 0 < len(token) <= MOST_TOKEN and " " not in token):
            return self._form(PASTE_IT), 400
        try:
            self.sign_in.owner(token, request.remote_addr or "")
        except Problem as problem:
            return self._form(str(problem)), problem.status
        self.sessions.end(request.cookies.get(COOKIE))
        answer = redirect(_inside(request.form.get("next")), 303)
        self._set(answer, self.sessions.start(token), int(IDLE_S))
        return answer

    def leave(self) -> Any:
        self.sessions.end(request.cookies.get(COOKIE))
        answer = redirect(url_for("pages.sign_in_page"), 303)
        self._set(answer, "", 0)
        return answer

    def signed_in(self, view: Callable[..., Any], changes: bool = False) -> Callable[..., Any]:
        """A view for who is signed in; others are sent to the sign-in. `changes`: whether it changes or spends
        something."""

        def guarded(**ids: Any) -> Any:
            session = self.sessions.get(request.cookies.get(COOKIE))
            page = session and self._page_request(session)
            if not page:
                return self._to_sign_in(ended=session is not None)
            if changes:
                page.check_change()
            return self._page_of(view, page, ids)

        return guarded

    def _page_of(self, view: Callable[..., Any], page: PageRequest, ids: Mapping[str, Any]) -> Any:
        """A view, or the sign-in when Label Studio refuses the token since it was asked last."""
        try:
            return view(page, **ids)
        except PromptsError as error:
            if problem_of(error).status != 401:
                raise
            self.sessions.end(request.cookies.get(COOKIE))
            if request.method != "GET":
                raise
            return self._to_sign_in(ended=True)

    def _page_request(self, session: Session) -> PageRequest | None:
        """None when Label Studio does not know the token any more."""
        try:
            call = ApiCall(self.sign_in.owner(session.token, request.remote_addr or ""))
            return PageRequest(call, session, self.followed)
        except Problem as problem:
            if problem.status != 401:
                raise
            self.sessions.end(request.cookies.get(COOKIE))
            return None

    def _to_sign_in(self, ended: bool) -> Any:
        """`ended`: whether there was a session."""
        if request.method != "GET":
            raise Problem(401, SIGNED_OUT)
        if request.headers.get("HX-Request"):  # a part of a page: the whole page goes to the sign-in
            return Response(status=204, headers=_elsewhere() if ended else {"HX-Refresh": "true"})
        why: dict[str, Any] = {"ended": 1} if ended else {}
        return redirect(url_for("pages.sign_in_page", next=request.full_path.rstrip("?"), **why), 303)

    def _form(self, trouble: str | None) -> str:
        following = _inside(request.values.get("next"))
        return render_template("prompts/sign_in.html", trouble=trouble, following=following, studio_url=self.studio_url)

    def _set(self, answer: Any, value: str, seconds: int) -> None:
        secure = (self.address.origin(request.environ) or "").startswith("https:")
        answer.set_cookie(COOKIE, value, max_age=seconds, path=PATH, secure=secure, httponly=True, samesite="Strict")


def _inside(target: str | None) -> str:
    """Where to go on: a page of ours, never somebody else's."""
    ours = target and (target == PATH or target.startswith((f"{PATH}/", f"{PATH}?"))) and target.isprintable()
    return target if ours and target and "\\" not in target else PATH


def _elsewhere() -> dict[str, str]:
    """Sends the whole page, of which a part asked, to the sign-in that says why, and back later."""
    path = request.headers.get("HX-Current-URL", "").partition("://")[2].partition("/")[2]
    return {"HX-Redirect": url_for("pages.sign_in_page", next=f"/{path}", ended=1)}
