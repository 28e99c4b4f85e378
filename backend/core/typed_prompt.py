"""A prompt typed in the labelling screen, into the smart <TextArea>, for the task that is open there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.core.default_prompt import task_text
from backend.core.labels.schema import LabelSchema
from backend.core.prompts import PromptVersion, used_variables


def typed_text(context: Mapping[str, Any] | None, schema: LabelSchema) -> str:
    """What the annotator typed last; "" when nothing was."""
    region = typed_region(context, schema)
    texts = region["value"]["text"] if region else []
    return texts[-1].strip() if texts else ""


def typed_region(context: Mapping[str, Any] | None, schema: LabelSchema) -> dict[str, Any]:
    """The region of the screen that holds the prompt; {} when there is none."""
    regions = context.get("result") if isinstance(context, Mapping) else None
    for region in reversed(regions if isinstance(regions, list) else []):
        if isinstance(region, dict) and region.get("from_name") == schema.prompt_control and schema.prompt_control:
            value = region.get("value")
            texts = value.get("text") if isinstance(value, dict) else None
            texts = [texts] if isinstance(texts, str) else texts
            if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts):
                return {**region, "value": {**region["value"], "text": texts}}
    return {}


def typed_version(text: str, base: PromptVersion, schema: LabelSchema, data: Mapping[str, Any]) -> PromptVersion:
    """`text` as a prompt with the model and parameters of `base`; without a variable it gets the task's text below."""
    known = [*schema.variables, *(str(name) for name in data)]
    used = used_variables(text, known)
    template = text if used else f"{text}\n\n{task_text(schema.variables)}"
    return replace(base, template=template, variables=used or schema.variables)
