"""Which runs use a connection, and whether a run may go on through the one it began with."""

from collections.abc import Callable, Iterable

from backend.domain.connection import DEFAULT, RESERVED
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.run import OPEN, Run
from backend.domain.urls import shown
from backend.errors import RunError, SettingsError


def check_server(run: Run, version: PromptVersion, address: Callable[[str], str]) -> None:
    """Raises RunError if a stored connection is gone, or leads elsewhere than when the run began: a part of its answers
    would come from another server.

    address: name of a connection -> base URL; raises SettingsError if it is not there
    """
    name = version.connection
    if name in RESERVED:
        return
    try:
        now = shown(address(name))
    except SettingsError:
        raise RunError(f"Connection '{name}' was removed, and run {run.id} uses it: {_again(run, name)}") from None
    if run.server not in (None, now):
        raise RunError(f"Connection '{name}' leads to {now} now, not to {run.server} as before: {_again(run, name)}")


def _again(run: Run, name: str) -> str:
    """The commands that continue a run."""
    url = run.server or "URL"
    return f"`ls-prompts connect-model {name} --base-url {url}`, then `ls-prompts resume {run.id}`."


def look_alike(name: str, versions: Iterable[PromptVersion]) -> str | None:
    """The tag of a version with a model of `default` whose name looks like a reference to the connection `name`."""
    alike = (v.tag for v in versions if v.connection == DEFAULT and v.model.startswith(f"{name}/"))
    return next(alike, None)


def refuse_in_use(name: str, runs: Iterable[Run], connection_of: Callable[[str], str]) -> None:
    """Raises SettingsError if a run that has not ended uses the connection `name`.

    connection_of: tag of a version -> its connection
    """
    for run in runs:
        if run.status in OPEN and (connection_of(run.tag) == name or _teaches(run, name)):
            raise SettingsError(
                f"Run {run.id} of {run.tag} uses connection '{name}': `ls-prompts watch {run.id}` to wait for it, "
                f"`ls-prompts cancel {run.id}` to stop it, or remove the connection with --force."
            )


def _teaches(run: Run, name: str) -> bool:
    """Whether it is a search whose teacher is asked through the connection."""
    return not isinstance(run.scope, Subset) and run.scope.teacher.startswith(f"{name}/")
