"""Saving a prompt version: the draft is read, its project found, the version checked, given examples and stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.adapters.database.projects.label_configs import ConfigStore
from backend.adapters.database.prompts import Store
from backend.adapters.label_studio.client import LabelStudioClient
from backend.advice import Advice
from backend.domain.connections.connection import DEFAULT, RESERVED, read_reference
from backend.domain.labels.schema import LabelSchema
from backend.domain.pictures.texts import reads_files
from backend.domain.project import Project
from backend.domain.prompts.caveats import caveats, has, lacking, on_lacking
from backend.domain.prompts.confidence_option import NONE
from backend.domain.prompts.default_prompt import first_draft, first_prompt
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.prompts.version import PromptVersion, check_name
from backend.errors import PromptError
from backend.services.dataset.label_configs import Configs
from backend.services.prompts.draft import Draft, described
from backend.services.prompts.few_shot_selection import gathered

LOOKED_AT = 100
"""Tasks in which paths are looked up: Label Studio counts fields, but not what is inside them."""


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A stored version.

    new: False if the same content was a version already
    caveats: what may not be as it was meant
    """

    version: PromptVersion
    new: bool
    unsupported: tuple[str, ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft as a version of its project. `caveats`: what may not be as it was meant."""

    version: PromptVersion
    project: Project
    schema: LabelSchema
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionSaver:
    """Saves versions.

    default_model: of drafts that name none
    connections: addresses of the connections, by their names
    """

    store: Store
    studio: LabelStudioClient
    default_model: str
    connections: Callable[[], Mapping[str, str]]

    def save(self, draft: Draft) -> SavedVersion:
        """Stores a version of `draft` for its project; without a text, the first prompt of the labelling config.

        Raises PromptError, LabelConfigError or StudioError.
        """
        checked = self.checked(draft)
        stored, new = self.store.save(checked.version, self.studio.person)
        return SavedVersion(stored, new, checked.schema.unsupported, checked.caveats)

    def checked(self, draft: Draft) -> CheckedDraft:
        """The version that `save` would store, without a number. Raises what `save` raises."""
        draft = replace(draft, name=check_name(draft.name))
        versions = self.store.versions(draft.name)
        project = self.studio.project(draft.project_of(versions))
        schema = Configs(ConfigStore(self.store)).now(project)
        columns = self.studio.columns(project.id)
        names = tuple(dict.fromkeys((*schema.variables, *columns)))
        version = described(draft, draft.file or _default(draft, versions, schema), schema, names, project.id)
        version = self._with_cascade(self._with_model(version, draft), draft)
        version = self._with_examples(version, draft, project, schema)
        if version.examples and reads_files(schema, version.variables):
            raise PromptError("The prompt shows files, which examples cannot show: save it without examples.")
        lack = self._lacking(version, columns, schema, project)
        noted = caveats(version.template, names, schema)
        return CheckedDraft(version, project, schema, (*noted, *on_lacking(lack, version.variables)))

    def _with_model(self, version: PromptVersion, draft: Draft) -> PromptVersion:
        """With its connection: that of `--model connection/model`, else of the file.

        Raises PromptError if the file's is not there.
        """
        names = self.connections()
        if draft.model:
            connection, model = read_reference(draft.model, names)
            return replace(version, connection=connection, model=model)
        connection = (draft.file.connection if draft.file else None) or DEFAULT
        if connection not in RESERVED and connection not in names:
            name = connection[:40]
            sentence = f"The prompt file names the connection '{name}', which is not here:"
            raise PromptError(sentence, Advice.ADD_CONNECTION, connection=name)
        return replace(version, connection=connection, model=version.model or self.default_model)

    def _with_cascade(self, version: PromptVersion, draft: Draft) -> PromptVersion:
        """With the second model that the draft or its file names. Raises PromptError for a cascade that can't be."""
        second = draft.second.over(draft.file.second) if draft.file else draft.second
        addresses = self.connections()
        cascade = second.cascade(addresses)
        if cascade is None:
            return version
        cascade.check(version.reference)
        places = [addresses.get(name, addresses[DEFAULT]) for name in (version.connection, cascade.connection)]
        if len(set(places)) == 1 and cascade.model == version.model:
            raise PromptError(
                f"{cascade.reference} is the same model at the same address as {version.reference}: name another "
                "second model."
            )
        if cascade.below is not None and version.confidence == NONE:
            raise PromptError(
                "A threshold needs a confidence, and the prompt has `confidence: none`: leave the threshold out, so "
                "that the second model is asked where the first has no usable answer, or save it with another "
                "confidence."
            )
        return replace(version, cascade=cascade)

    def _with_examples(
        self, version: PromptVersion, draft: Draft, project: Project, schema: LabelSchema
    ) -> PromptVersion:
        """With examples from the project's ground truths, where the draft asks for some."""
        if draft.examples is None:
            return version
        return replace(version, examples=gathered(self.studio, project, schema, version, draft.examples))

    def _lacking(
        self, version: PromptVersion, columns: Mapping[str, int], schema: LabelSchema, project: Project
    ) -> dict[str, str]:
        """Which variables some tasks do not have. Raises PromptError for a path that nobody knows."""
        paths = [name for name in version.variables if name not in columns]
        some = next(self.studio.tasks(version.project, page=LOOKED_AT), []) if paths else []
        unknown = [name for name in paths if name not in schema.variables and not any(has(task, name) for task in some)]
        if unknown and some:
            raise PromptError(
                f"The prompt uses {{{unknown[0]}}}, but none of the {len(some)} tasks looked at has a '{unknown[0]}': "
                "check the path against a task's data."
            )
        return lacking(version.variables, columns, project.tasks, some)


def _default(draft: Draft, versions: Sequence[PromptVersion], schema: LabelSchema) -> PromptFile:
    """The prompt of the labelling config, with a system part unless the prompt's newest version has none: so saving the
    same again is the same version."""
    one_message = versions and not versions[-1].system and draft.system is None
    return first_prompt(schema) if one_message else first_draft(schema)
