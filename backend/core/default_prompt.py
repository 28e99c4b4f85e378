"""The prompt of a project for which nobody has saved one: made from its labelling config alone."""

from backend.core.labels.schema import LabelSchema
from backend.core.prompts import AUTO, PromptVersion


def default_template(schema: LabelSchema) -> str:
    """Two lines and the task's texts; labels and hints are in the system message already."""
    names = ", ".join(field.name for field in schema.fields)
    return f"Choose the labels ({names}) that fit this item best.\n\n{task_text(schema.variables)}"


def task_text(variables: tuple[str, ...]) -> str:
    """The placeholders of all text variables: the bare text where there is one, named lines where there are more."""
    if len(variables) == 1:
        return f"{{{variables[0]}}}"
    return "\n".join(f"{name}: {{{name}}}" for name in variables)


def default_version(schema: LabelSchema, project: int, model: str) -> PromptVersion:
    """The default prompt as a version; its tag is `auto@` and eight digits, see `auto_tag`."""
    return PromptVersion(
        AUTO, 0, project, default_template(schema), model, schema.variables, schema.digest, {"temperature": 0}
    )


def auto_tag(version: PromptVersion) -> str:
    """`auto@` and eight hex digits of the content: a changed config or model is another version."""
    return f"{AUTO}@{version.content[:8]}"
