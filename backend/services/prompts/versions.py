"""Saves, finds and lists prompt versions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backend.adapters.database.calibrations import CalibrationStore
from backend.adapters.database.deletions import DeletionStore
from backend.adapters.database.label_configs import ConfigStore
from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient, Project
from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.labels.relabel import as_now, same_answers
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.confidence_option import check_confidence
from backend.domain.prompts.default_prompt import first_prompt
from backend.domain.prompts.definitions import defined
from backend.domain.prompts.examples import Examples, check_fit
from backend.domain.prompts.parameters import check_parameters
from backend.domain.prompts.prompt_file import PromptFile, read_prompt_file, write_prompt_file
from backend.domain.prompts.remarks import has, lacking, on_lacking, remarks
from backend.domain.prompts.version import PromptVersion, check_name, check_template, parse_tag
from backend.errors import ConfigChangedError, PromptError
from backend.services.dataset.label_configs import Configs
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.prompts.few_shot_selection import FewShotRequest, gathered

DEFAULTS: dict[str, Any] = {"temperature": 0}
"""Parameters of a version that names none: labelling should not roll dice."""


LOOKED_AT = 100
"""Tasks in which paths are looked up: Label Studio counts fields, but not what is inside them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that a user wants to save. None for what the user did not give; `examples`: None keeps those in the
    file."""

    name: str
    project: int | None = None
    file: PromptFile | None = None
    model: str | None = None
    note: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    examples: FewShotRequest | None = None
    confidence: str | None = None


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A stored version.

    new: False if the same content was a version already
    remarks: what may not be as it was meant
    """

    version: PromptVersion
    new: bool
    unsupported: tuple[str, ...]
    remarks: tuple[str, ...] = ()


class Prompts:
    def __init__(self, store: Store, default_model: str) -> None:
        self._store = store
        self._default_model = default_model
        self.calibrated = CalibrationStore(store)
        self._deletion = DeletionStore(store)
        self.configs = Configs(ConfigStore(store))

    def save(self, draft: Draft, studio: LabelStudioClient) -> SavedVersion:
        """Stores a version of `draft` for its project; without a text, the first prompt of the labelling config.

        Raises PromptError, LabelConfigError or StudioError.
        """
        name = check_name(draft.name)
        project = studio.project(self._project_of(name, draft))
        schema = self.configs.now(project)
        file = draft.file or first_prompt(schema)
        parameters = {k: v for k, v in {**DEFAULTS, **file.parameters, **draft.parameters}.items() if v is not None}
        check_parameters(parameters)
        columns = studio.columns(project.id)
        known = dict.fromkeys((*schema.variables, *columns))
        version = PromptVersion(
            name=name,
            number=0,
            project=project.id,
            template=file.template,
            model=draft.model or file.model or self._default_model,
            variables=check_template(file.template, known),
            schema_digest=schema.digest,
            parameters=parameters,
            note=file.note if draft.note is None else draft.note,
            definitions=defined(file.labels, schema),
            confidence=check_confidence(draft.confidence or file.confidence),
        )
        if draft.examples is not None:
            version = replace(version, examples=gathered(studio, project, schema, version, draft.examples))
        elif file.examples is not None:
            check_fit(file.examples, version.variables, schema)
            version = replace(version, examples=_of_project(file, project.id))
        lack = _lacking(version, columns, schema, project, studio)
        stored, new = self._store.save(version, studio.person)
        said = remarks(version.template, tuple(known), schema)
        return SavedVersion(stored, new, schema.unsupported, (*said, *on_lacking(lack, version.variables)))

    def project_of(self, name: str, project: int | None) -> int:
        """The project of a prompt; `project` is needed for a new one. Raises PromptError when they do not agree."""
        return self._project_of(check_name(name), Draft(name, project))

    def get(self, tag: str) -> PromptVersion:
        """The version of a tag; a bare name means its newest. Raises PromptError with the nearest name."""
        if "@" not in tag:
            versions = self.of(tag)
            return versions[-1]
        return self._store.version(*parse_tag(tag))

    def tags(self, which: str) -> list[str]:
        """A version's tag; the tags of all its versions for a bare name. Raises PromptError with the nearest name."""
        return [version.tag for version in ([self.get(which)] if "@" in which else self.of(which))]

    def of(self, name: str) -> list[PromptVersion]:
        """All versions of a prompt, oldest first. Raises PromptError when there is none."""
        versions = self._store.versions(name)
        if not versions:
            raise self._store.unknown(name)
        return versions

    def resolved(self, tag: str, studio: LabelStudioClient) -> ResolvedVersion:
        """Raises ConfigChangedError when the labelling config is no longer the one the version was saved with."""
        version = self.get(tag)
        project = studio.project(version.project)
        schema = self.configs.now(project)
        if not schema.fits(version.schema_digest):
            raise _changed(version)
        return ResolvedVersion(version, project, schema, self._calibrators(version))

    def readable(self, tag: str, studio: LabelStudioClient) -> ResolvedVersion:
        """For what only reads what is stored: as `resolved`, also where the config changed since.

        Raises ConfigChangedError when the database does not have the config that the version was saved with.
        """
        version = self.get(tag)
        return self.read_by(version, studio.project(version.project))

    def read_by(self, version: PromptVersion, project: Project) -> ResolvedVersion:
        """The same of a version of this project."""
        now = self.configs.now(project)
        origin = self.configs.origin(version, now)
        calibrators = self._calibrators(version)
        if origin is now:
            return ResolvedVersion(version, project, now, calibrators)
        return ResolvedVersion(version, project, as_now(origin, now), calibrators, origin)

    def pushable(self, tag: str, studio: LabelStudioClient) -> ResolvedVersion:
        """As `readable`, under the config of now: raises ConfigChangedError when that takes other answers than the
        version could give, renamed labels apart."""
        found = self.readable(tag, studio)
        now = self.configs.now(found.project)
        if not same_answers(found.schema, now):
            raise _changed(found.version)
        return replace(found, schema=now)

    def _calibrators(self, version: PromptVersion) -> Calibrators:
        saved = self.calibrated.of(version)
        return saved.calibrators if saved else RAW

    def rename(self, old: str, new: str) -> None:
        self.of(old)
        self._store.rename(old, check_name(new))

    def deletable(self, which: str) -> list[PromptVersion]:
        """What `delete` would delete: one version for NAME@N, all of a prompt for NAME. Raises PromptError when there
        is none, or one of them is in use."""
        found = [self.get(which)] if "@" in which else self.of(which)
        self._deletion.check([version.tag for version in found])
        return found

    def delete(self, which: str) -> None:
        """Raises what `deletable` raises."""
        found = self.deletable(which)
        if len(found) == len(self.of(found[0].name)):
            self._store.delete(found[0].name)
        else:
            self._deletion.delete(found[0].name, found[0].number)

    def delete_version(self, tag: str) -> None:
        """Deletes one version, also the last one of its prompt, whose name stays taken. Raises what `deletable`
        raises."""
        (version,) = self.deletable(tag)
        self._deletion.delete(version.name, version.number)

    def dump(self, folder: Path, name: str | None = None) -> list[Path]:
        """Writes every version (of one prompt, or all) to `folder` as NAME@N.md; the paths."""
        versions = self.of(name) if name else self._store.versions()
        paths = [folder / f"{version.tag}.md" for version in versions]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path, version in zip(paths, versions, strict=True):
                path.write_text(write_prompt_file(version), encoding="utf-8")
        except (OSError, UnicodeEncodeError) as error:
            raise PromptError(
                f"{folder} can't be written to ({type(error).__name__}): choose a folder of yours with free space."
            ) from None
        return paths

    def load(self, path: Path, project: int | None, studio: LabelStudioClient) -> SavedVersion:
        """Saves a file that `dump` wrote: its name is the prompt's, its number is given anew, its header names
        the project unless `project` does."""
        match = re.fullmatch(r"(.+?)(@\d+)?", path.stem)
        name = match[1] if match else path.stem
        return self.save(Draft(name, project, read_prompt_file(read_text(path))), studio)

    def _project_of(self, name: str, draft: Draft) -> int:
        """What the user says counts before what the file says, and that must agree with where the prompt is."""
        in_file = draft.file.project if draft.file else None
        wanted = in_file if draft.project is None else draft.project
        versions = self._store.versions(name)
        if versions and wanted not in (None, versions[-1].project):
            raise PromptError(_elsewhere(versions[-1], draft, wanted))
        if versions:
            return versions[-1].project
        if wanted is None:
            raise PromptError(
                f"'{name}' is a new prompt: give its project, with --project ID or a line 'project: ID' in "
                "its file's header."
            )
        return wanted


def _lacking(
    version: PromptVersion, columns: Mapping[str, int], schema: LabelSchema, project: Project, studio: LabelStudioClient
) -> dict[str, str]:
    """Which variables some tasks do not have. Raises PromptError for a path that nobody knows."""
    paths = [name for name in version.variables if name not in columns]
    some = next(studio.tasks(version.project, page=LOOKED_AT), []) if paths else []
    unknown = [name for name in paths if name not in schema.variables and not any(has(task, name) for task in some)]
    if unknown and some:
        raise PromptError(
            f"The prompt uses {{{unknown[0]}}}, but none of the {len(some)} tasks looked at has a '{unknown[0]}': "
            "check the path against a task's data."
        )
    return lacking(version.variables, columns, project.tasks, some)


def _changed(version: PromptVersion) -> ConfigChangedError:
    return ConfigChangedError(
        f"The labelling config of project {version.project} changed since {version.tag} was saved: save the prompt "
        f"again (`ls-prompts show {version.tag} --plain > prompt.txt; ls-prompts save {version.name} "
        "--file prompt.txt`) and use the new version. `compare`, `results` and `report` still read what is stored."
    )


def _of_project(file: PromptFile, project: int) -> Examples | None:
    """Ids of tasks mean others in another project."""
    if file.examples is None or file.project in (None, project):
        return file.examples
    return replace(file.examples, pool=tuple(replace(one, task=None) for one in file.examples.pool))


def _elsewhere(version: PromptVersion, draft: Draft, wanted: int | None) -> str:
    who = "its file names" if draft.project is None else "you name"
    return (
        f"The prompt '{version.name}' belongs to project {version.project}, {who} project {wanted}: save it under "
        f"another name (a file's name is its prompt's), or as a version of this one with --project {version.project}."
    )


def read_text(path: Path) -> str:
    """Raises PromptError when it can't be read as UTF-8 text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} can't be read ({type(error).__name__}): use a text file in UTF-8.") from None
