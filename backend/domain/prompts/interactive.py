"""Interactive prompts: typed in the labelling screen, into the smart <TextArea>, for the task that is open there.

What is wrong with a prompt is said in the screen's remark box.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.task_placeholders import task_placeholders
from backend.domain.prompts.version import PromptVersion, refuse_unknown, used_variables

NOT_USED = "\n\n[Not used: "
"""What began the remarks that former releases put below a prompt, where they may be saved still."""


def typed_text(context: Mapping[str, Any] | None, schema: LabelSchema) -> str:
    """What the annotator typed last; "" for nothing."""
    region = typed_region(context, schema)
    texts = region["value"]["text"] if region else []
    return texts[-1].strip() if texts else ""


def typed_region(context: Mapping[str, Any] | None, schema: LabelSchema) -> dict[str, Any]:
    """The region of the screen that holds the prompt, without a remark of ours; {} if there is none."""
    regions = context.get("result") if isinstance(context, Mapping) else None
    for region in reversed(regions if isinstance(regions, list) else []):
        if isinstance(region, dict) and region.get("from_name") == schema.prompt_control and schema.prompt_control:
            value = region.get("value")
            texts = value.get("text") if isinstance(value, dict) else None
            texts = [texts] if isinstance(texts, str) else texts
            if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts):
                return _saying(region, [*texts[:-1], texts[-1].partition(NOT_USED)[0]])
    return {}


def withdrawn(region: Mapping[str, Any]) -> dict[str, Any]:
    """The region without its last text, which was not used."""
    return _saying(region, region["value"]["text"][:-1])


def _saying(region: Mapping[str, Any], texts: list[str]) -> dict[str, Any]:
    return {**region, "value": {**region["value"], "text": texts}}


def typed_version(text: str, base: PromptVersion, schema: LabelSchema, data: Mapping[str, Any]) -> PromptVersion:
    """`text` as a prompt with the model and parameters of `base`. Without a variable, the task's text is added below.
    It stands for the whole prompt, so for the system part too.

    Raises PromptError for a variable that the task does not have.
    """
    names = [*schema.variables, *(str(name) for name in data)]
    refuse_unknown(text, names)
    used = used_variables(text, names)
    template = text if used else f"{text}\n\n{task_placeholders(schema.variables, schema.phrases)}"
    variables = used or schema.variables
    examples = base.examples if variables == base.variables else None  # they have no other texts
    return replace(base, template=template, variables=variables, examples=examples, system="")
