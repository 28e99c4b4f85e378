"""Projects: connects the server, and chooses the version that annotators see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.adapters.label_studio.http import Refused
from backend.advice import Advice
from backend.domain.labels.config import read_config
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion, belongs
from backend.errors import SettingsError, StudioError
from backend.services.predictions.target_project import Notify

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
class Projects:
    store: Store
    studio: LabelStudioClient

    def connect(self, project: int, url: str | None, login: Login, notify: Notify, page: str | None = None) -> str:
        """Connects the server at `url`, or updates its connection; safe to repeat. Returns the address.

        page: where browsers find the page, which the backend's description in Label Studio names

        Raises SettingsError if the address is unknown, LabelConfigError if prompts cannot label the project,
        StudioError if Label Studio refuses.
        """
        if not url:
            raise SettingsError(
                "The server does not listen on this machine alone (BIND):", Advice.GIVE_BACKEND_URL, project=project
            )
        details = self.studio.project(project)
        for control in read_config(details.label_config).unsupported:
            notify(f"Not filled by prompts: {control}.")
        url = url.rstrip("/")
        backends = self.studio.backends(project)
        connected = [b for b in backends if str(b["url"]).rstrip("/") == url]
        fields = {"project": project, "url": url, "is_interactive": True, **login.fields()}
        fields |= {"description": f"Prompts for this project: {page}"} if page else {}
        if connected:
            title = connected[0]["title"] if connected[0]["title"] in self._titles(project) else TITLE
            self.studio.update_backend(int(connected[0]["id"]), fields | {"title": title})
            return url
        self._connect_first(details, fields, backends, notify)
        if backends:
            first = backends[0]["url"]
            notify(
                f"Label Studio asks only the first backend for predictions, which is {first}: `ls-prompts disconnect "
                f"{project} --backend-url {first}` removes it, then `ls-prompts use` the version annotators should get."
            )
        return url

    def _connect_first(
        self, details: Project, fields: Mapping[str, Any], before: list[Mapping[str, Any]], notify: Notify
    ) -> None:
        """Creates the backend and notes what annotators saw until now. `before`: the backends that are there."""
        project = details.id
        if self.store.connection(project)["shown_before"] is None:
            self.store.set_connection(project, shown_before=details.model_version)
        in_use = self.store.connection(project)["in_use"]
        self._create(project, {**fields, "title": in_use or TITLE}, before)
        if not in_use and belongs(details.model_version, *self._names(project)):
            self.studio.show(project, TITLE)  # a run showed its predictions, because nothing else was shown
            notify(
                f"Annotators saw the predictions of {details.model_version}; now they get live ones: `ls-prompts use` "
                "selects the version."
            )

    def _create(self, project: int, fields: Mapping[str, Any], before: list[Mapping[str, Any]]) -> None:
        try:
            self.studio.connect(fields)
        except StudioError:
            ids = {backend["id"] for backend in before}
            created = [b for b in self.studio.backends(project) if b["id"] not in ids and b["url"] == fields["url"]]
            self.studio.disconnect(project, created)  # a refused backend may have been created nevertheless
            raise

    def connected_url(self, project: int) -> str | None:
        """Where Label Studio reaches the server, if `connect` was done; None if not."""
        titles = self._titles(project)
        return next((str(b["url"]).rstrip("/") for b in self.studio.backends(project) if b["title"] in titles), None)

    def disconnect(self, project: int, url: str | None = None) -> int:
        """Removes our backends (or the one at `url`) with their webhooks and restores what was shown. Returns their
        number."""
        model_version = self.studio.project(project).model_version
        backends = self.studio.backends(project)
        titles = self._titles(project)
        removed = [
            b
            for b in backends
            if (b["title"] in titles if url is None else str(b["url"]).rstrip("/") == url.rstrip("/"))
        ]
        self.studio.disconnect(project, removed)
        before = self.store.connection(project)["shown_before"]
        if removed and model_version in {b["title"] for b in removed}:
            restorable = before if before in self.studio.model_versions(project) else ""
            self.studio.show(project, restorable or "")
        if removed and not any(b["title"] in titles for b in backends if b not in removed):
            self.store.set_connection(project, shown_before=None, in_use=None, to_show=None)
        return len(removed)

    def use(self, version: PromptVersion, notify: Notify) -> None:
        """Selects the version that annotators get: live from the connected server, else from stored predictions.

        The Data Manager's score column shows the same version, because its tag is the project's model_version in both
        cases.
        """
        project = version.project
        backends = self.studio.backends(project)
        counts = {} if backends else self.studio.model_versions(project)
        visible_tag = next((tag for tag in version.tags if counts.get(tag)), None)
        if not backends and visible_tag is None:
            sentence = f"Project {project} has neither a connected backend nor predictions of {version.tag}:"
            raise StudioError(sentence, Advice.CONNECT_OR_RUN, project=project, tag=version.tag)
        self.store.set_connection(project, in_use=version.tag, to_show=None)
        if visible_tag is not None:
            self.studio.show(project, visible_tag)
            notify(f"No backend is connected: annotators see the predictions {visible_tag} has, other tasks have none.")
            return
        self.studio.show(project, str(backends[0]["title"]))
        backend = self.studio.backends(project)[0]
        if backend.get("state") != "CO":
            notify(f"Label Studio does not reach the backend at {backend['url']}: start it (`ls-prompts serve`).")
            return
        answered = str(backend.get("model_version") or "nothing")
        if answered.partition("~")[0] != version.tag:
            notify(
                f"The backend at {backends[0]['url']} serves {answered}, not {version.tag}: start it with the same "
                "DATA_DIR or DATABASE_URL as this command."
            )
            return
        self._call_backend(version.tag, project, backend, notify)

    def _call_backend(self, tag: str, project: int, backend: Mapping[str, Any], notify: Notify) -> None:
        """Gives the backend a version's tag as its title. Label Studio asks it while the project's model_version is its
        title, and takes the scores of the Data Manager from the predictions whose version that is."""
        same = {"project": project, "url": backend["url"], "auth_method": backend["auth_method"]}
        if backend["auth_method"] == "BASIC_AUTH":  # an empty password stays what it is
            same |= {"basic_auth_user": backend["basic_auth_user"], "basic_auth_pass": ""}
        try:
            self.studio.update_backend(int(backend["id"]), {**same, "title": tag})
        except Refused as refusal:
            notify(
                f"Label Studio did not rename its backend ({refusal}): the Data Manager's score column stays empty "
                f"until you set the backend's title to {tag}, in the project's Settings, Model, Edit."
            )

    def _titles(self, project: int) -> set[str]:
        """What a backend that `connect` made may be called, see `use`."""
        return {TITLE, *(tag for version in self._versions(project) for tag in version.tags)}

    def _names(self, project: int) -> set[str]:
        return {name for version in self._versions(project) for name in version.names}

    def _versions(self, project: int) -> list[PromptVersion]:
        return [version for version in self.store.versions() if version.project == project]
