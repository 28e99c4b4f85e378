"""Draft: what a user wants to save, and the version it describes. Nothing here asks or stores anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.advice import Advice
from backend.domain.labels.comparisons import check_both_orders
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.confidence_option import check_confidence
from backend.domain.prompts.definitions import defined
from backend.domain.prompts.examples import Examples, check_fit
from backend.domain.prompts.parameters import check_parameters
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.prompts.second_model import NONE, SecondModel
from backend.domain.prompts.system_part import check_system
from backend.domain.prompts.version import PromptVersion, check_template
from backend.errors import PromptError
from backend.services.prompts.few_shot_selection import FewShotRequest

DEFAULTS: dict[str, Any] = {"temperature": 0}
"""Parameters of a version that names none: labelling should not roll dice."""


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
    system: str | None = None
    second: SecondModel = NONE

    def project_of(self, versions: Sequence[PromptVersion]) -> int:
        """What the user says counts before what the file says, and that must agree with where the prompt is.
        `versions`: those there are of it. Raises PromptError."""
        in_file = self.file.project if self.file else None
        project = in_file if self.project is None else self.project
        if versions and project not in (None, versions[-1].project):
            raise self._elsewhere(versions[-1], project)
        if versions:
            return versions[-1].project
        if project is None:
            raise PromptError(f"'{self.name}' is a new prompt:", Advice.NAME_ITS_PROJECT)
        return project

    def _elsewhere(self, version: PromptVersion, project: int | None) -> PromptError:
        who = "its file names" if self.project is None else "you name"
        sentence = f"The prompt '{version.name}' belongs to project {version.project}, {who} project {project}:"
        return PromptError(sentence, Advice.SAVE_ELSEWHERE, project=version.project)


def described(draft: Draft, file: PromptFile, schema: LabelSchema, names: Sequence[str], project: int) -> PromptVersion:
    """The version of a draft, checked, without a number. Its examples are those of the file. Without a
    model in the draft or file, the version names none.

    file: the draft's, or the first prompt of the labelling config
    names: the names of variables

    Raises PromptError for what can't be saved.
    """
    version = PromptVersion(
        name=draft.name,
        number=0,
        project=project,
        template=file.template,
        model=draft.model or file.model or "",
        variables=check_template(file.template, names),
        schema_digest="",
        parameters=_parameters(draft, file),
        note=file.note if draft.note is None else draft.note,
        definitions=defined(file.labels, schema),
        confidence=check_confidence(draft.confidence or file.confidence),
        system=check_system(file.system if draft.system is None else draft.system, names),
    )
    version = replace(version, schema_digest=schema.digest_with_headings(version.words))
    if version.swaps:
        check_both_orders(schema, version.variables)
    if draft.examples is not None or file.examples is None:
        return version
    check_fit(file.examples, version.variables, schema)
    return replace(version, examples=_of_project(file, project))


def _parameters(draft: Draft, file: PromptFile) -> Mapping[str, Any]:
    """None takes a parameter away."""
    named = {**DEFAULTS, **file.parameters, **draft.parameters}
    parameters = {name: value for name, value in named.items() if value is not None}
    check_parameters(parameters)
    return parameters


def _of_project(file: PromptFile, project: int) -> Examples | None:
    """Ids of tasks mean others in another project."""
    if file.examples is None or file.project in (None, project):
        return file.examples
    return replace(file.examples, pool=tuple(replace(example, task=None) for example in file.examples.pool))
