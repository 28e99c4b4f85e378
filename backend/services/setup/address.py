"""The address at which a browser finds a project, a task or a report."""

from collections.abc import Callable
from pathlib import Path

from backend.advice import Advice
from backend.domain.urls import public_url
from backend.domain.whole_number import whole_number
from backend.errors import OutputError

PAGES = (".html", ".htm")


def address_of(target: str, task: int | None, studio_url: str, project_of: Callable[[str], int]) -> str:
    """Of a project by its number, a prompt's project by the prompt's name or version, or a page by its file's name.

    `task`: one task of the project. Raises PromptError for an unknown prompt, OutputError for a page that is not there.
    """
    if target.lower().endswith(PAGES):
        return _page(Path(target))
    number = whole_number(target)
    project = project_of(target) if number is None else number
    only = "" if task is None else f"?task={task}"
    return f"{public_url(studio_url)}/projects/{project}/data{only}"


def _page(path: Path) -> str:
    if not path.is_file():
        raise OutputError(f"There is no file {path}:", Advice.WRITE_REPORT, path=path)
    return path.resolve().as_uri()
