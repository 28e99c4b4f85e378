"""The prompts of a project for which nobody has written one, made from its labelling config alone.

A draft has its instructions in a system part. What annotators get without a prompt is one message, as in the releases
before system parts: its answers are stored under it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.domain.prompts.definitions import defined, hints, listed
from backend.domain.prompts.prompt_file import PromptFile
from backend.domain.prompts.system_part import marked, on_marks
from backend.domain.prompts.task_placeholders import task_placeholders
from backend.domain.prompts.version import AUTO, PLACEHOLDER, PromptVersion

if TYPE_CHECKING:
    from backend.domain.labels.controls.base import Control
    from backend.domain.labels.schema import LabelSchema


def first_prompt(schema: "LabelSchema") -> PromptFile:
    """A prompt to begin with: the config's headers, a line about the labels, the task's texts, and all labels with
    hints."""
    task = ["", task_placeholders(schema.variables, schema.phrases)]
    return PromptFile("\n".join([*_instructions(schema), *task]), labels=listed(hints(schema)))


def first_draft(schema: "LabelSchema") -> PromptFile:
    """The same with the headers and the line about the labels in the system part, and the task's texts, marked as
    data, in the user's message."""
    template = marked(task_placeholders(schema.variables, schema.phrases), [schema.digest, "item"])
    system = "\n".join([*_instructions(schema), on_marks(template)])
    return PromptFile(template, labels=listed(hints(schema)), system=system)


def _instructions(schema: "LabelSchema") -> list[str]:
    headers = [PLACEHOLDER.sub(r"{ \1 }", header) for header in schema.headers]
    return [*headers, *_questions(schema.fields)]


def _questions(fields: Sequence["Control"]) -> list[str]:
    """A line for each kind of control."""
    names: dict[str, list[str]] = {}
    for field in fields:
        names.setdefault(field.task, []).append(field.name)
    return [task.format(names=", ".join(named)) for task, named in names.items()]


def default_version(schema: "LabelSchema", project: int, model: str) -> PromptVersion:
    """The first prompt as a version. Its tag is `auto@` and eight digits, see `auto_tag`."""
    return _version(first_prompt(schema), schema, project, model)


def drafted_version(schema: "LabelSchema", project: int, model: str) -> PromptVersion:
    """The first draft as a version, for a teacher."""
    return _version(first_draft(schema), schema, project, model)


def _version(first: PromptFile, schema: "LabelSchema", project: int, model: str) -> PromptVersion:
    version = PromptVersion(
        name=AUTO,
        number=0,
        project=project,
        template=first.template,
        model=model,
        variables=schema.variables,
        schema_digest="",
        parameters={"temperature": 0},
        definitions=defined(first.labels, schema),
        system=first.system,
    )
    return replace(version, schema_digest=schema.digest_with_headings(version.words))


def auto_tag(version: PromptVersion) -> str:
    """`auto@` and eight hexadecimal digits of the content: a changed config or model is another version."""
    return f"{AUTO}@{version.content[:8]}"
