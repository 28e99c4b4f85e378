"""Which runs use a connection, and whether a run may go on through the one it began with."""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from backend.advice import Advice
from backend.domain.connections.connection import DEFAULT, RESERVED
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.run import OPEN, Run
from backend.domain.urls import public_url
from backend.errors import RunError, SettingsError


def check_server(run: Run, version: PromptVersion, address: Callable[[str], str]) -> None:
    """Raises RunError if a stored connection is gone, or leads elsewhere than when the run began: a part of its answers
    would come from another server.

    address: name of a connection -> base URL; raises SettingsError if it is not there
    """
    for step in version.steps[1:]:
        _check_there(replace(run, server=None), step.connection, address)  # which is the first one's
    name = version.connection
    if name in RESERVED:
        return
    now = _check_there(run, name, address)
    if run.server not in (None, now):
        raise _elsewhere(f"Connection '{name}' leads to {now} now, not to {run.server} as before.", run, name)


def _check_there(run: Run, name: str, address: Callable[[str], str]) -> str:
    """Its address, for people."""
    try:
        return public_url(address(name))
    except SettingsError:
        raise _elsewhere(f"Connection '{name}' was removed, and run {run.id} uses it.", run, name) from None


def _elsewhere(sentence: str, run: Run, name: str) -> RunError:
    url = run.server or "URL"
    return RunError(sentence, Advice.CONNECT, connection=name, url=url, run=run.id)


def look_alike(name: str, versions: Iterable[PromptVersion]) -> str | None:
    """The tag of a version with a model of `default` whose name looks like a reference to the connection `name`."""
    alike = (v.tag for v in versions if v.connection == DEFAULT and v.model.startswith(f"{name}/"))
    return next(alike, None)


def refuse_in_use(name: str, runs: Iterable[Run], connections_of: Callable[[str], Container[str]]) -> None:
    """Raises SettingsError if a run that has not ended uses the connection `name`.

    connections_of: tag of a version -> those of its models
    """
    for run in runs:
        if run.status in OPEN and (name in connections_of(run.tag) or _teaches(run, name)):
            raise SettingsError(
                f"Run {run.id} of {run.tag} uses connection '{name}':", Advice.WAIT_CANCEL_OR_FORCE, run=run.id
            )


def _teaches(run: Run, name: str) -> bool:
    """Whether it is a search whose teacher is asked through the connection."""
    return not isinstance(run.scope, Subset) and run.scope.teacher.startswith(f"{name}/")
