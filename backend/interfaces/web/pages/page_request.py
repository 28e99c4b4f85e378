"""PageRequest: one request of a person who is signed in, with the application as that person may use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from flask import render_template, request

from backend.app import App
from backend.domain.project import Project
from backend.interfaces.web.api.call import ApiCall
from backend.interfaces.web.pages.followed_runs import FollowedRuns
from backend.interfaces.web.pages.sessions import Session
from backend.interfaces.web.problem import NO_EDITOR, Problem
from backend.services.analysis.result_views import ResultView
from backend.services.public_objects import PublicVersion

STALE = "This page was open for too long, or in another sign-in: load it again and repeat what you did."


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`followed`: what the pages of all people share."""

    call: ApiCall
    session: Session
    followed: FollowedRuns

    @property
    def app(self) -> App:
        return self.call.app

    @property
    def connections(self) -> list[str]:
        """Names of the connections that a version or a teacher may use."""
        return [item.name for item in self.app.model_connections()]

    def version(self, prompt: int, version: int) -> PublicVersion:
        """Raises NotThereError for one that is not there, or not for this person."""
        return self.call.objects.version(prompt, version)

    def project(self, of: PublicVersion) -> Project:
        """That of a version, as this person sees it. Raises NotThereError."""
        return self.call.objects.project(of.version.project)

    def results(self, of: PublicVersion) -> ResultView:
        """What a version answered. Raises NotThereError."""
        return self.app.result_view(of.version, self.project(of))

    def results_soon(self, of: PublicVersion, texts: bool = False) -> ResultView | None:
        """The same if it is ready, see `App.result_view_soon`."""
        return self.app.result_view_soon(of.version, self.project(of), texts)

    def is_priced(self, model: str, connection: str) -> bool:
        """Whether the price of a model is known, without which no budget can be kept."""
        return self.app.is_priced(model, connection)

    def check_change(self) -> None:
        """Raises Problem 403 for a form that is not of this session, and for a person who may only look."""
        sent = request.form.get("form_token") or ""
        if not compare_digest(sent.encode(), self.session.form_token.encode()):
            raise Problem(403, STALE)
        if not self.app.may_edit:
            raise Problem(403, NO_EDITOR)

    def notify(self, sentence: str) -> None:
        """Shows a sentence on the next page of this session."""
        self.session.notices.append(sentence)

    def show(self, template: str, **values: Any) -> str:
        """A page, or a part of one; only a whole page tells what the session has to tell."""
        always = {"person": self.app.person, "may_edit": self.app.may_edit, "form_token": self.session.form_token}
        return render_template(f"prompts/{template}", **always, notices=self._taken_notices(), **values)

    def _taken_notices(self) -> Iterator[str]:
        while self.session.notices:
            yield self.session.notices.popleft()
