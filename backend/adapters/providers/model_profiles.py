"""ModelProfiles: what the models of a server support, learnt from what they answer."""

from dataclasses import replace

from backend.adapters.providers.request_format import RequestFormat, adapted
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import is_cut

_UNKNOWN = RequestFormat()


class ModelProfiles:
    """By the models' names. Shared by all who ask at a server: what one of them learnt, the others need not."""

    def __init__(self) -> None:
        self._formats: dict[str, RequestFormat] = {}
        self._tried: set[str] = set()

    def format(self, model: str) -> RequestFormat:
        """How to ask it, as far as is known by now."""
        return self._formats.get(model, _UNKNOWN)

    def answered(self, request: ChatRequest, used: RequestFormat, reply: Completion) -> None:
        """Takes note of an answer. A model that was cut in the middle of saying something thinks aloud: it is not
        bounded again."""
        model = request.template.model
        self._tried.add(model)
        if used.bound(request.template) is not None and is_cut(reply) and not runs_on(reply.text):
            self._formats[model] = replace(self.format(model), bounded=False)

    def takes(self, model: str, used: RequestFormat) -> None:
        """Notes the way in which a model answered."""
        self._formats[model] = used

    def refused(self, request: ChatRequest, used: RequestFormat, status: int, param: str | None, words: str) -> bool:
        """Whether a refusal was about how the model was asked, and another way is left to try."""
        model = request.template.model
        if self.format(model) != used:
            return True
        better = adapted(used, request, status, param, words)
        if better is not None:
            self._formats[model] = better
        return better is not None

    def takes_no_documents(self, model: str) -> None:
        """Notes that the model is sent their text."""
        self._formats[model] = replace(self.format(model), written=True)

    def is_untried(self, model: str) -> bool:
        """Whether it has answered nothing yet, and no other way to ask it was tried; once True, then False."""
        untried = model not in self._tried
        self._tried.add(model)
        return untried
