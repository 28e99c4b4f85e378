"""ModelProfiles: what the models of a server support: as its profile says, then as they answer."""

import logging
from dataclasses import replace

from backend.adapters.providers.learnt_formats import LearntFormats, learnt_of
from backend.adapters.providers.request_format import FORMATS, RequestFormat, adapted
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.chat.response_parser import is_cut
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.connections.profiles import Profile

log = logging.getLogger(__name__)


class ModelProfiles:
    """By the models' names. Shared by all who ask at a server: what one of them learnt, the others need not."""

    def __init__(self, profile: Profile | None = None, learnt: LearntFormats | None = None) -> None:
        """`profile`: what is known of the server. `learnt`: what was learnt there before, and where to keep more."""
        self._profile, self._start = profile, start_of(profile)
        self._learnt = learnt or LearntFormats()
        self._formats = self._learnt.formats()
        self._kept = dict(self._formats)
        self._tried: set[str] = set()

    def format(self, model: str) -> RequestFormat:
        """How to ask it, as far as is known by now."""
        return self._formats.get(model, self._start)

    def answered(self, request: ChatRequest, used: RequestFormat, reply: Completion) -> None:
        """Takes note of an answer. A model that was cut in the middle of saying something thinks aloud: it is not
        bounded again."""
        model = request.template.model
        self._tried.add(model)
        if used == self.format(model):
            self._keep(model)
        if used.bound(request.template) is not None and is_cut(reply) and not runs_on(reply.text):
            self._formats[model] = replace(self.format(model), bounded=False)

    def takes(self, model: str, used: RequestFormat) -> None:
        """Notes the way in which a model answered."""
        self._formats[model] = used
        self._keep(model)

    def _keep(self, model: str) -> None:
        """Keeps the form in which a model answered, unless it is what was kept or known before."""
        used = self.format(model)
        if used != self._kept.get(model, self._start):
            self._kept[model] = used
            self._learnt.note(model, used)

    def forget(self, model: str) -> None:
        """What was learnt of a model, here and where it is kept."""
        self._formats.pop(model, None)
        self._kept.pop(model, None)
        self._tried.discard(model)
        self._learnt.forget(model)

    def learnt(self, model: str) -> LearntFormat | None:
        """In what other form than the first one it is asked by now; None if it is not."""
        used = self.format(model)
        return None if used == self._start else learnt_of(model, used)

    def refused(self, request: ChatRequest, used: RequestFormat, status: int, param: str | None, words: str) -> bool:
        """Whether a refusal was about how the model was asked, and another way is left to try."""
        model = request.template.model
        if self.format(model) != used:
            return True
        better = adapted(used, request, status, param, words)
        if better is not None:
            self._formats[model] = better
            self._warn_of_wrong_profile(model, used, better)
        return better is not None

    def _warn_of_wrong_profile(self, model: str, used: RequestFormat, better: RequestFormat) -> None:
        """Says that a model refused what the profile promises."""
        promised = [FORMATS[used.format]] if better.format != used.format else sorted(better.dropped - used.dropped)
        if self._profile is None or not any(self._profile.promises(what) for what in promised):
            return
        log.warning(
            "Profile '%s' says that its server takes %s, and model '%s' refused it: it is asked without.",
            self._profile.name,
            promised[0],
            model,
        )

    def takes_no_documents(self, model: str) -> None:
        """Notes that the model is sent their text."""
        self._formats[model] = replace(self.format(model), written=True)

    def is_untried(self, model: str) -> bool:
        """Whether it has answered nothing yet, and no other way to ask it was tried; once True, then False."""
        untried = model not in self._tried
        self._tried.add(model)
        return untried


def start_of(profile: Profile | None) -> RequestFormat:
    """The form of the first request: nothing in it that the profile says is refused."""
    if profile is None:
        return RequestFormat()
    places = [FORMATS.index(name) for name in profile.formats]
    return RequestFormat(format=min(places, default=0), dropped=frozenset(profile.refused))
