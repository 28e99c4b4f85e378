"""Health checks (`doctor`): whether everything that a user needs works, and what to do if not."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.advice import Notice
from backend.errors import PromptsError

Probe = Callable[[], str]
"""Returns what was found, for people; raises PromptsError with what to do."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    name: str
    ok: bool
    notice: Notice

    @property
    def sentence(self) -> str:
        """Without the words of any interface."""
        return str(self.notice)


def examine(probes: dict[str, Probe]) -> list[HealthCheck]:
    """All checks, in order; one that fails does not stop the others."""
    checks = []
    for name, probe in probes.items():
        try:
            checks.append(HealthCheck(name, True, Notice(probe())))
        except PromptsError as error:
            checks.append(HealthCheck(name, False, error.notice))
    return checks
