"""A project's side: connecting the backend, choosing the version annotators get, and a version's predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core.labels.config import read_config
from backend.core.prompts import PromptVersion
from backend.edges.store import Store
from backend.edges.studio import Studio
from backend.errors import SettingsError, StudioError
from backend.flows.place import Place, Tell
from backend.flows.push import warn_of_lock

TITLE = "Open Prompts"


@dataclass(frozen=True, slots=True)
class Login:
    """What Label Studio must send to the backend; None for no authentication."""

    user: str | None
    password: str | None

    def fields(self) -> dict[str, Any]:
        if not self.user:
            return {"auth_method": "NONE"}
        return {"auth_method": "BASIC_AUTH", "basic_auth_user": self.user, "basic_auth_pass": self.password}


@dataclass(frozen=True, slots=True)
class Predictions:
    """`versions`: predictions by model_version ("" for those without); `tasks_without` have none at all."""

    versions: Mapping[str, int]
    tasks: int
    tasks_without: int


@dataclass(frozen=True, slots=True)
class Projects:
    store: Store
    studio: Studio

    def connect(self, project: int, url: str | None, login: Login, tell: Tell) -> str:
        """Connects the backend at `url`, or brings its connection up to date; twice is once. Returns the address.

        Raises SettingsError when nobody says where it is, LabelConfigError when prompts can't label the project,
        StudioError when Label Studio refuses.
        """
        if not url:
            raise SettingsError(
                "The server does not listen on this machine alone (BIND): say where Label Studio reaches it, like "
                f"`ls-prompts connect {project} --backend-url http://host:9090`."
            )
        found = self.studio.project(project)
        for control in read_config(found.label_config).unsupported:
            tell(f"Left alone: {control}.")
        url = url.rstrip("/")
        backends = self.studio.backends(project)
        mine = [b for b in backends if str(b["url"]).rstrip("/") == url]
        wanted = {"project": project, "url": url, "title": TITLE, "is_interactive": True, **login.fields()}
        if mine:
            self.studio.update_backend(int(mine[0]["id"]), wanted)
            return url
        if self.store.connection(project)["shown_before"] is None:
            self.store.set_connection(project, shown_before=found.shown)
        self._create(project, wanted, backends)
        if backends:
            first = backends[0]["url"]
            tell(
                f"Label Studio asks only the first backend for predictions, which is {first}: `ls-prompts disconnect "
                f"{project} --backend-url {first}` removes it, then `ls-prompts use` the version annotators should get."
            )
        return url

    def _create(self, project: int, wanted: Mapping[str, Any], before: list[Mapping[str, Any]]) -> None:
        try:
            self.studio.connect(wanted)
        except StudioError:
            known = {backend["id"] for backend in before}
            left = [b for b in self.studio.backends(project) if b["id"] not in known and b["url"] == wanted["url"]]
            self.studio.disconnect(project, left)  # a refused backend may have been created all the same
            raise

    def disconnect(self, project: int, url: str | None = None) -> int:
        """Removes our backends (or the one at `url`) with their webhooks and shows what was shown before; how many."""
        shown = self.studio.project(project).shown
        backends = self.studio.backends(project)
        mine = [
            b
            for b in backends
            if (b["title"] == TITLE if url is None else str(b["url"]).rstrip("/") == url.rstrip("/"))
        ]
        self.studio.disconnect(project, mine)
        before = self.store.connection(project)["shown_before"]
        if mine and shown in {b["title"] for b in mine}:
            restorable = before if before in self.studio.model_versions(project) else ""
            self.studio.show(project, restorable or "")
        if mine and not any(b["title"] == TITLE for b in backends if b not in mine):
            self.store.set_connection(project, shown_before=None, in_use=None, to_show=None)
        return len(mine)

    def use(self, version: PromptVersion, tell: Tell) -> None:
        """Annotators get this version: live from the connected backend, else the predictions it already has."""
        project = version.project
        backends = self.studio.backends(project)
        there = set() if backends else set(self.studio.model_versions(project))
        shown = next((tag for tag in version.tags if tag in there), None)
        if not backends and shown is None:
            raise StudioError(
                f"Project {project} has neither a connected backend nor predictions of {version.tag}: "
                f"`ls-prompts connect {project} --backend-url URL` or `ls-prompts run {version.tag} --on all` first."
            )
        self.store.set_connection(project, in_use=version.tag, to_show=None)
        if shown is not None:
            self.studio.show(project, shown)
            tell(f"No backend is connected: annotators see the predictions {shown} has, other tasks have none.")
            return
        self.studio.show(project, str(backends[0]["title"]))
        backend = self.studio.backends(project)[0]
        if backend.get("state") != "CO":
            tell(f"Label Studio does not reach the backend at {backend['url']}: start it (`make serve`).")
            return
        answered = str(backend.get("model_version") or "nothing")
        if answered.partition("~")[0] != version.tag:
            tell(
                f"The backend at {backends[0]['url']} serves {answered}, not {version.tag}: start it with the same "
                "DATA_DIR or DATABASE_URL as this command."
            )

    def predictions(self, project: int) -> Predictions:
        found = self.studio.project(project)
        versions: dict[str, int] = {}
        tasks = set()
        for prediction in self.studio.predictions(project):
            tasks.add(prediction.task_id)
            version = prediction.model_version or ""
            versions[version] = versions.get(version, 0) + 1
        return Predictions(dict(sorted(versions.items())), found.tasks, found.tasks - len(tasks))

    def predicted(self, version: PromptVersion) -> dict[str, int]:
        """How many predictions a version has, by model_version: its tag, the tag marked for a changed config, and those
        of the prompt's former names."""
        found = self.studio.model_versions(version.project)
        return {v: n for v, n in found.items() if v.partition("~")[0] in version.tags}

    def withdraw(self, version: PromptVersion, tell: Tell) -> int:
        """Deletes all predictions of a version, those under a changed config or a former name too; how many."""
        mine = self.predicted(version)
        warn_of_lock(sum(mine.values()), tell)
        place = Place(self.studio, self.store, version.project, tell)
        for name in mine:
            place.delete_version(name)
        place.show_again(version.names)
        return sum(mine.values())

    def annotate(self, version: PromptVersion, tasks: Sequence[int] | None = None) -> int:
        """Makes annotations of the predictions of a version, or those on `tasks`, that have none made of them yet; how
        many."""
        before = self.studio.annotations(version.project)
        self.studio.annotate(version.project, version.tags, tasks)
        return self.studio.annotations(version.project) - before
