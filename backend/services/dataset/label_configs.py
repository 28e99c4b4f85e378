"""Labelling configs over time: the present config of a project, those with which versions were saved, and renamed
labels.

Stored data stays as it is: a note says that a label was renamed, and is applied when the data is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.adapters.database.projects.label_configs import ConfigStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.labels.config import read_config
from backend.domain.labels.controls.base import Control
from backend.domain.labels.controls.spans.marking import classes_of, controls_in
from backend.domain.labels.regions import from_result, regions_in
from backend.domain.labels.relabel import Renames, formers, with_renames
from backend.domain.labels.schema import LabelSchema
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion, nearest
from backend.errors import ConfigChangedError, PromptError


@dataclass(frozen=True, slots=True)
class Renaming:
    """`old` is called `label` now. `control`: None if only one control has that label."""

    old: str
    label: str
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Relabelled:
    """The effect of a note.

    annotations: how many contain `former`
    versions: those whose stored answers may contain it
    """

    project: int
    control: str
    former: str
    label: str
    annotations: int
    versions: tuple[str, ...]


class Configs:
    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def now(self, project: Project) -> LabelSchema:
        """The present schema of the project, with earlier names of its labels."""
        schema = read_config(project.label_config)
        for digest in schema.digests:
            self._store.keep(digest, project.label_config)
        return with_renames(schema, self._store.renames(project.id))

    def origin(self, version: PromptVersion, now: LabelSchema) -> LabelSchema:
        """The schema with which a version was saved. Raises ConfigChangedError if the database does not have it."""
        if now.fits(version.schema_digest):
            return now.as_of(version.schema_digest)
        if (text := self._store.text(version.schema_digest)) is not None:
            return read_config(text).as_of(version.schema_digest)
        schema = next((former for former in formers(now) if former.fits(version.schema_digest)), None)
        if schema is None:
            raise ConfigChangedError(
                f"The labelling config of project {version.project} changed since {version.tag} was saved, and the "
                "database does not have the former one:",
                Advice.RELABEL_EACH,
            )
        return schema

    def renames(self, project: int) -> Renames:
        """Control -> former label -> the label that it became."""
        return self._store.renames(project)

    def relabel(
        self, studio: LabelStudioClient, project: int, versions: Sequence[PromptVersion], renaming: Renaming
    ) -> Relabelled:
        """Notes that a label was renamed. `versions`: all versions of the project's prompts.

        Raises PromptError for a new name that the config does not have, an old one that it still has, or an unknown old
        one.
        """
        details = studio.project(project)
        plain = read_config(details.label_config)
        field = _control(plain, renaming)
        label = _stored(field, renaming.label) or renaming.label
        own_versions = [version for version in versions if version.project == project]
        origins = [(version, origin) for version in own_versions if (origin := self._readable_origin(version, details))]
        former = next((f for _, origin in origins if (f := _former(origin, field.name, renaming.old))), renaming.old)
        if former == label or former in field.known_classes:
            raise PromptError(
                f"'{former}' is still a label of '{field.name}': rename it in the project's labelling config first."
            )
        annotations = _count(studio, project, plain, field.name, former)
        tags = tuple(v.tag for v, origin in origins if _former(origin, field.name, former))
        if not annotations and not tags and len(origins) == len(own_versions):
            own = (c for _, origin in origins for c in controls_in(origin.fields) if c.name == field.name)
            names = {label.name for control in own for label in control.labels}
            raise PromptError(
                f"Nothing is stored under the label '{renaming.old}': {nearest(renaming.old, sorted(names))}"
            )
        self._store.rename(project, field.name, former, label)
        return Relabelled(project, field.name, former, label, annotations, tags)

    def unrelabel(self, project: int, renaming: Renaming) -> None:
        """Deletes a note. Raises PromptError if there is none."""
        for control, links in self._store.renames(project).items():
            if renaming.control in (None, control) and links.get(renaming.old) == renaming.label:
                self._store.forget(project, control, renaming.old)
                return
        raise PromptError(
            f"'{renaming.old}' is not read as '{renaming.label}' in project {project}:",
            Advice.LIST_RENAMES,
            project=project,
        )

    def _readable_origin(self, version: PromptVersion, project: Project) -> LabelSchema | None:
        try:
            return self.origin(version, self.now(project))
        except ConfigChangedError:
            return None


def project_meant(versions: Sequence[PromptVersion], project: int | None) -> int:
    """`project`, or the only one of all `versions`. Raises PromptError when there is none, or several."""
    projects = sorted({version.project for version in versions})
    if project is None and len(projects) != 1:
        present = f"prompts of the projects {', '.join(map(str, projects))}" if projects else "no prompts yet"
        raise PromptError(f"There are {present}:", Advice.NAME_PROJECT)
    return projects[0] if project is None else project


def _control(schema: LabelSchema, renaming: Renaming) -> Control:
    """The control with the label. Raises PromptError for none or several."""
    labelled = [control for control in controls_in(schema.fields) if control.dynamic or control.labels]
    fields = [field for field in labelled if renaming.control in (None, field.name)]
    if not fields:
        names = [field.name for field in labelled]
        raise PromptError(
            f"The labelling config has no control '{renaming.control}': {nearest(str(renaming.control), names)}"
        )
    having = [field for field in fields if field.dynamic or _stored(field, renaming.label)]
    if len(having) == 1:
        return having[0]
    if having:
        controls = ", ".join(field.name for field in having)
        raise PromptError(f"Several controls have labels of this name ({controls}):", Advice.NAME_CONTROL)
    labels = [label.name for field in fields for label in field.labels]
    raise PromptError(f"The labelling config has no label '{renaming.label}': {nearest(renaming.label, labels)}")


def _stored(field: Control, name: str) -> str | None:
    """A label as it is stored, from its stored name or the name that annotators see."""
    displayed = field.find(name)
    return next((label.stored for label in field.labels if label.name == displayed or label.stored == name), None)


def _former(schema: LabelSchema, control: str, name: str) -> str | None:
    field = next((field for field in controls_in(schema.fields) if field.name == control), None)
    return None if field is None else _stored(field, name)


def _count(studio: LabelStudioClient, project: int, schema: LabelSchema, control: str, label: str) -> int:
    answers = (
        from_result(regions_in(a.get("result")), schema) for row in studio.annotated(project) for a in row.annotations
    )
    return sum(label in classes_of(control, answer, schema.fields) for answer in answers)
