"""Public objects: prompts, versions and runs by the integers that the API knows them by, as far as one person may see
them. Who may see a project in Label Studio may see its prompts."""

import re
import time
from dataclasses import dataclass

from backend.adapters.database.prompts import Store
from backend.adapters.database.public_ids import PublicIdStore
from backend.adapters.database.runs.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.http import NotFound
from backend.domain.dataset.subset import Subset
from backend.domain.project import Project
from backend.domain.prompts.prompt_row import PromptRow
from backend.domain.prompts.version import PromptVersion, check_name
from backend.domain.public_id import PublicId
from backend.domain.runs.run import OPEN, Run
from backend.errors import NotThereError, PromptError
from backend.services.prompts.versions import Prompts

MOST_NAME = 63
REMEMBERED_S = 5.0
"""Seconds for which Label Studio is not asked again whether a person may see a project."""


@dataclass(frozen=True, slots=True)
class PublicVersion:
    prompt: PromptRow
    version: PromptVersion
    number: PublicId


@dataclass(frozen=True, slots=True)
class PublicRun:
    """`number`: the API's integer for it."""

    of: PublicVersion
    run: Run
    number: PublicId


class PublicObjects:
    """Raises NotThereError for what is not there, or not for this person."""

    def __init__(
        self,
        store: Store,
        prompts: Prompts,
        run_store: RunStore,
        studio: LabelStudioClient,
        seen_until: dict[int, float] | None = None,
    ) -> None:
        """`seen_until`: project -> until when this person may see its runs without another look (time.monotonic)."""
        self._seen_until = {} if seen_until is None else seen_until
        self._store = store
        self._ids = PublicIdStore(store)
        self._prompts = prompts
        self._run_store = run_store
        self._studio = studio
        self._projects: dict[int, Project | None] = {}

    def project(self, project: int) -> Project:
        """A project as this person sees it."""
        visible = self._visible_project(project)
        if visible is None:
            raise NotThereError(f"There is no project {project} that this token may see: check its number.")
        return visible

    def prompts(self) -> list[PromptRow]:
        """Newest first."""
        return [row for row in self._ids.prompts() if self._visible_project(row.project) is not None]

    def prompt(self, prompt: int) -> PromptRow:
        row = self._ids.prompt(prompt)
        if row is None or self._visible_project(row.project) is None:
            raise NotThereError(f"There is no prompt {prompt}: see the list of prompts.")
        return row

    def create(self, title: str, project: int, description: str) -> PromptRow:
        """A prompt without versions. Raises PromptError when another prompt has that name."""
        self.project(project)
        number = self._ids.create(name_from(title), project, title, description, self._studio.person)
        return self.prompt(number)

    def describe(self, prompt: int, title: str | None, description: str | None) -> PromptRow:
        """Changes what is given; another title is another name too, and predictions keep their tags. Raises
        PromptError for a name that is taken, and for another one while a run has not ended."""
        row = self.prompt(prompt)
        if title is not None and (name := name_from(title)) != row.name:
            self._store.rename(row.name, name)
        words = (row.title if title is None else title, row.description if description is None else description)
        self._ids.describe(prompt, *words, self._studio.person)
        return self.prompt(prompt)

    def delete(self, prompt: int) -> None:
        """With all its versions and runs. Raises PromptError while annotators get one of them."""
        row = self.prompt(prompt)
        if row.versions:
            self._prompts.deletable(row.name)
        self._store.delete(row.name)

    def versions(self, prompt: int) -> list[PublicVersion]:
        """Newest first."""
        return self._versions(self.prompt(prompt))

    def _versions(self, row: PromptRow) -> list[PublicVersion]:
        numbers = self._ids.versions(row.id)
        versions = self._prompts.of(row.name) if row.versions else []
        return [PublicVersion(row, version, numbers[version.number]) for version in reversed(versions)]

    def next_number(self, prompt: PromptRow) -> int:
        """The number that the next new version of a prompt gets."""
        return self._ids.next_number(prompt)

    def version(self, prompt: int, number: int) -> PublicVersion:
        match = next((version for version in self.versions(prompt) if version.number.id == number), None)
        if match is None:
            raise NotThereError(f"Prompt {prompt} has no version {number}: see the list of its versions.")
        return match

    def delete_version(self, of: PublicVersion) -> None:
        """Raises PromptError while annotators get it, or a run of it is under way."""
        self._prompts.delete_version(of.version.tag)

    def set_note(self, of: PublicVersion, note: str) -> None:
        """Changes a version's note, which no result depends on."""
        self._ids.set_note(of.prompt.id, of.version.number, note)

    def runs(self, of: PublicVersion) -> list[PublicRun]:
        """Newest first; the API shows no searches."""
        runs = [run for run in self._run_store.runs(of.version.tag) if isinstance(run.scope, Subset)]
        numbers = self._ids.runs([run.id for run in runs])
        return [PublicRun(of, run, numbers[run.id]) for run in runs]

    def open_runs(self, of: PublicVersion) -> list[PublicRun]:
        """Those that had not ended when this was asked; one of them may have lost its process."""
        return [item for item in self.runs(of) if item.run.status in OPEN]

    def run(self, number: int) -> PublicRun:
        """Whichever version it is of."""
        missing = NotThereError(f"There is no run {number}: see the list of a version's runs.")
        key = self._ids.run(number)
        if key is None:
            raise missing
        run = self._run_store.run(key)
        row = self._ids.named(run.tag.rpartition("@")[0])
        if row is None or not self._may_see(row.project):
            raise missing
        of = next(version for version in self._versions(row) if version.version.tag == run.tag)
        return PublicRun(of, run, self._ids.runs([key])[key])

    def by_number(self, version_ids: list[int]) -> list[PublicVersion]:
        """Versions of any prompt."""
        ids = set(version_ids)
        rows = [row for row in self._ids.prompts_of(ids) if self._visible_project(row.project) is not None]
        versions = [item for row in rows for item in self._versions(row) if item.number.id in ids]
        if missing := ids - {item.number.id for item in versions}:
            raise NotThereError(f"There is no version {min(missing)}: see the list of a prompt's versions.")
        return versions

    def _may_see(self, project: int) -> bool:
        """As it was some seconds ago: each open tab asks once a second how far a run is."""
        if self._seen_until.get(project, 0.0) > time.monotonic():
            return True
        visible = self._visible_project(project) is not None
        if visible:
            self._seen_until[project] = time.monotonic() + REMEMBERED_S
        return visible

    def _visible_project(self, project: int) -> Project | None:
        if project not in self._projects:
            try:
                self._projects[project] = self._studio.project(project)
            except NotFound:
                self._projects[project] = None
        return self._projects[project]


def name_from(title: str) -> str:
    """A prompt's name for a title: the same, where it can be a name; else what of it can. Raises PromptError for a
    title without a letter or digit."""
    try:
        return check_name(title)
    except PromptError:
        words = " ".join(re.sub(r"[^\w .-]|_(?=_)", " ", title).split()).lstrip("_. -")[:MOST_NAME]
        return check_name(words)
