"""Learnt formats: what the models of one server refused, kept for other processes and the days to come."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from backend.adapters.providers.request_format import FORMATS, MOST_RIVALS, RequestFormat
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.urls import HIDDEN, public_url
from backend.errors import StoreError


class FormatStore(Protocol):
    """Where they are kept, by address and profile."""

    def of(self, address: str, profile: str) -> list[LearntFormat]: ...

    def note(self, address: str, profile: str, learnt: LearntFormat) -> None: ...

    def forget(self, address: str, profile: str, model: str) -> None: ...


@dataclass(frozen=True, slots=True)
class LearntFormats:
    """Those of the server at an address. A database that cannot be read or written costs a refused request, and no run.

    store: None to keep nothing
    profile: name of what was known of the server when they were learnt; "" without one
    """

    store: FormatStore | None = None
    url: str = ""
    profile: str = ""

    def all(self) -> list[LearntFormat]:
        """Of all its models."""
        with suppress(StoreError):
            return self._kept.of(public_url(self.url), self.profile) if self._kept else []
        return []

    def formats(self) -> dict[str, RequestFormat]:
        """By the models' names."""
        return {learnt.model: format_of(learnt) for learnt in self.all()}

    def note(self, model: str, used: RequestFormat) -> None:
        """Keeps in which form a model answered."""
        with suppress(StoreError):
            if self._kept:
                self._kept.note(public_url(self.url), self.profile, learnt_of(model, used))

    def forget(self, model: str) -> None:
        """What was learnt of a model."""
        with suppress(StoreError):
            if self._kept:
                self._kept.forget(public_url(self.url), self.profile, model)

    @property
    def _kept(self) -> FormatStore | None:
        """None for an address that cannot be written down without a secret in it."""
        return None if public_url(self.url) == HIDDEN else self.store


def learnt_of(model: str, used: RequestFormat) -> LearntFormat:
    """A form as it is kept: by names, which stay when the places in a list change."""
    return LearntFormat(
        model,
        FORMATS[used.format],
        tuple(sorted(used.dropped)),
        MOST_RIVALS[used.rivals] if used.rivals else None,
        used.long_cap,
        used.bounded,
        used.written,
    )


def format_of(learnt: LearntFormat) -> RequestFormat:
    """The form that was kept. One that is not known any more is the first."""
    index = FORMATS.index(learnt.response_format) if learnt.response_format in FORMATS else 0
    rivals = MOST_RIVALS.index(learnt.alternatives) if learnt.alternatives in MOST_RIVALS else 0
    return RequestFormat(index, frozenset(learnt.left_out), learnt.long_cap, learnt.bounded, learnt.written, rivals)
