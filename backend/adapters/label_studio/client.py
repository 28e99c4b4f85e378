"""Label Studio: projects, tasks, ground truths, predictions, backends.

The comments here name what is unexpected in the behaviour of Label Studio 1.23.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from backend.adapters.label_studio.backends import StudioBackends
from backend.adapters.label_studio.credential import Credential
from backend.adapters.label_studio.files import StudioFiles
from backend.adapters.label_studio.filters import all_of, by_version
from backend.adapters.label_studio.http import LabelStudioHttp, NotFound
from backend.adapters.label_studio.numbered_pages import NumberedPages
from backend.adapters.label_studio.predictions import ANNOTATED, StudioPredictions
from backend.adapters.label_studio.task_pages import TaskPages
from backend.adapters.label_studio.views import StudioViews
from backend.domain.annotated_task import AnnotatedTask
from backend.domain.person import Person
from backend.domain.pictures.loading import PictureSource
from backend.domain.predictions.acceptance import is_unseen
from backend.domain.project import Project
from backend.domain.task import Task
from backend.domain.urls import public_url

PAGE = 1000
FIRST_PAGE = 200
PROJECTS = 100
"""On a page."""
IDS = 250
"""Ids in one request: they stand in its first line, for which many web servers take no more than 4 kB."""
UNREADABLE = (
    "Label Studio can't show it (it answers 500), as when its data holds half of a character (a lone surrogate): "
    "correct it, or delete the task."
)
"""Why a task has no data."""


class LabelStudioClient(StudioBackends, StudioPredictions, StudioViews):
    """`texts`: who reads the texts of which tasks hold the address."""

    texts: PictureSource | None = None

    def __init__(
        self,
        url: str,
        api_key: str | None,
        accepted: Callable[[int], Container[int]] = lambda project: (),
        credential: Credential | None = None,
        personal: bool = False,
    ) -> None:
        """
        credential: of whoever it acts for, in place of the key
        personal: whether the key is that of a person who uses the page, and not this server's
        """
        self.http = LabelStudioHttp(url, api_key, credential, personal)
        self._pages = TaskPages(self.http)
        self.url = url
        self._accepted = accepted
        self._credential = credential

    @cached_property
    def files(self) -> StudioFiles:
        """What it hands out."""
        return StudioFiles(self.url, self.http, self._credential)

    def version(self) -> str:
        return str(self.http.record("api/version", "release")["release"])

    def user(self) -> str:
        """E-mail address of the token's owner."""
        return self.person.email

    @cached_property
    def person(self) -> Person:
        """The token's owner."""
        row = self.http.record("api/current-user/whoami", "id", "email")
        words = {name: str(row.get(name) or "") for name in ("username", "first_name", "last_name")}
        return Person(int(row["id"]), str(row["email"]), organization=row.get("active_organization"), **words)

    def describe(self) -> str:
        """Version and user, for people."""
        return f"version {self.version()}, as {self.user()}"

    def project(self, project: int) -> Project:
        try:
            row = self.http.record(f"api/projects/{project}/", "id", "title")
        except NotFound as error:
            raise NotFound(
                error.status, f"Label Studio has no project {project} that this token may see: check its number."
            ) from None
        return Project(
            id=project,
            title=row["title"] or "",
            label_config=row.get("label_config") or "",
            model_version=row.get("model_version") or "",
            tasks=row.get("task_number") or 0,
        )

    def projects(self) -> list[dict[str, Any]]:
        """All projects that the token may see, as Label Studio's JSON."""
        rows: dict[int, dict[str, Any]] = {}
        number, more = 1, True
        while more:
            answer = self.http.call("GET", "api/projects/", page=number, page_size=PROJECTS)
            new = {row["id"]: row for row in answer["results"] if row["id"] not in rows}
            rows |= new
            number, more = number + 1, bool(answer.get("next") and new)
        return list(rows.values())

    def ground_truths(self, project: int) -> int:
        """How many annotations are marked as ground truth."""
        return int(self.http.record(f"api/projects/{project}/", "ground_truth_number")["ground_truth_number"])

    def columns(self, project: int) -> dict[str, int]:
        """The fields of the tasks, each with the number of tasks that have it."""
        return dict(self.http.call("GET", f"api/projects/{project}/summary/").get("all_data_columns") or {})

    def task_url(self, project: int, task: int | str) -> str:
        """The address of a task by its id; with "", the part that all tasks of a project share."""
        return f"{public_url(self.url)}/projects/{project}/data?task={task}"

    # Tasks

    def tasks(self, project: int, *, page: int | None = None) -> Iterator[list[Task]]:
        """All tasks by id, in pages of so many; by default in larger and larger ones, because Label Studio takes most
        of a second for a large page, and the first tasks can be asked about meanwhile."""
        first = FIRST_PAGE if page is None else page
        for rows in self._pages.pages(project, page or PAGE, first=first, include="id,data", fields="task_only"):
            yield [_task(row) for row in rows]

    def tasks_by_id(self, project: int, ids: Sequence[int]) -> Iterator[list[Task]]:
        """Tasks with these ids; ids that the project does not have are left out."""
        for start in range(0, len(ids), IDS):
            some = list(ids[start : start + IDS])
            chosen = {"selectedItems": {"all": False, "included": some}}
            pages = self._pages.pages(project, IDS, query=chosen, include="id,data", fields="task_only")
            by_id = {row["id"]: _task(row) for rows in pages for row in rows}
            yield [by_id[i] for i in some if i in by_id]

    def task_ids(self, project: int) -> list[int]:
        """Ids of all tasks, ascending."""
        return [number for page in self.id_pages(project) for number in page]

    def filtered_ids(self, project: int, filters: Mapping[str, Any]) -> list[int]:
        """Ids of the tasks that meet filters as the Data Manager has them, ascending.

        Raises Refused for filters that Label Studio does not understand.
        """
        pages = self._pages.pages(project, 10 * PAGE, query={"filters": filters}, include="id", fields="task_only")
        return [row["id"] for rows in pages for row in rows]

    def ids_after(self, project: int, task: int) -> list[int]:
        """Ids of the tasks that were made after `task`, ascending."""
        return self.filtered_ids(project, all_of(("id", "greater", "Number", task))["filters"])

    def changed_after(self, project: int, moment: str) -> list[int]:
        """Ids of the tasks that were made or changed after `moment`, which is one that `newest_change` said, ascending.
        An annotation or a prediction of a task changes it."""
        exact = moment if "." in moment else moment.replace("Z", ".000000Z")  # it reads them no other way
        return self.filtered_ids(project, all_of(("updated_at", "greater", "Datetime", exact))["filters"])

    def newest_change(self, project: int) -> tuple[int, str]:
        """How many tasks a project has, and when one of them, or an annotation of one, changed last; "" without any."""
        query = {"ordering": ["-tasks:updated_at"]}
        answer = self._pages.answer(project, 1, 1, query=query, include="id,updated_at", fields="task_only")
        return int(answer.get("total") or 0), "".join(str(row.get("updated_at")) for row in answer["tasks"])

    def id_pages(self, project: int, view: int | None = None) -> Iterator[list[int]]:
        """Ids of all tasks, ascending, or of those of a Data Manager tab in its order, in pages."""
        plain: dict[str, Any] = {"include": "id", "fields": "task_only"}
        if view is None:
            pages = self._pages.pages(project, 10 * PAGE, **plain)
        else:
            tab = partial(self._pages.answer, project, size=10 * PAGE, view=view, **plain)
            pages = NumberedPages(lambda number: tab(number=number)).parts()
        for rows in pages:
            yield [row["id"] for row in rows]

    def tasks_by_version(self, project: int, operator: str, versions: Sequence[str]) -> Iterator[list[Task]]:
        """Tasks that have (`operator` is contains) or lack (not_contains) a prediction whose version has one of
        `versions` in it, by id; whether upper and lower case count depends on Label Studio's database."""
        query = all_of(by_version(operator, versions))
        for rows in self._pages.pages(project, PAGE, query=query, include="id,data", fields="task_only"):
            yield [_task(row) for row in rows]

    def count_by_version(self, project: int, operator: str, versions: Sequence[str]) -> int:
        """The number of these tasks."""
        query = all_of(by_version(operator, versions))
        return int(self._pages.answer(project, 1, 1, query=query, include="id", fields="task_only")["total"])

    def annotated(self, project: int) -> Iterator[AnnotatedTask]:
        """Tasks with submitted annotations."""
        accepted = self._accepted(project)
        for rows in self._pages.pages(project, PAGE, query=ANNOTATED, fields="all"):
            for row in filter(_is_read, rows):
                submitted = (a for a in row["annotations"] or [] if isinstance(a, dict) and not a.get("was_cancelled"))
                versions = {p["id"]: p["model_version"] for p in row.get("predictions") or [] if isinstance(p, dict)}
                annotations = tuple(sorted(submitted, key=lambda a: a["id"]))
                drafted = frozenset(d["annotation"] for d in row.get("drafts") or [] if d.get("annotation"))
                unseen = frozenset(a["id"] for a in annotations if is_unseen(a, accepted)) - drafted
                yield AnnotatedTask(Task(row["id"], row["data"]), annotations, versions, unseen, drafted)


def _is_read(row: Mapping[str, Any]) -> bool:
    return "data" in row


def _task(row: Mapping[str, Any]) -> Task:
    return Task(row["id"], row["data"]) if _is_read(row) else Task(row["id"], {}, UNREADABLE)
