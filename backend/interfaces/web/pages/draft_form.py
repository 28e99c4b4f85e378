"""What the form of a draft holds, beside the file that the draft began with; what is not sent stays as it was there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import request

from backend.domain.connections.connection import DEFAULT
from backend.domain.labels.controls.base import Control
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.confidence_option import LOGPROBS
from backend.domain.prompts.definitions import Listed, defined
from backend.domain.prompts.examples import WAYS
from backend.domain.prompts.prompt_file import PromptFile, clean_text
from backend.domain.whole_number import whole_number
from backend.errors import PromptError
from backend.services.prompts.few_shot_selection import FewShotRequest

MOST_WORDS = 200
"""Characters of a model's name, a note, a definition."""
MOST_DEFINED = 100
"""Labels with a field each; with more of them, definitions are written in a prompt file."""
SAMPLES = "samples"
EXAMPLES = 4
MOST_EXAMPLES = 999
"""Examples with each task that the form suggests."""


@dataclass(frozen=True, slots=True)
class LabelField:
    """name: of the field
    sentence: what the label means
    """

    name: str
    label: str
    sentence: str


def label_fields(file: PromptFile, schema: LabelSchema | None) -> dict[str, list[LabelField]]:
    """Control -> a field for each label; nothing for controls without labels, and where there are too many."""
    if schema is None:
        return {}
    sentences = _defined(file.labels, schema)
    controls = [(index, control) for index, control in enumerate(schema.labelled.fields) if _is_listed(control)]
    if sum(len(control.labels) for _, control in controls) > MOST_DEFINED:
        return {}
    return {control.name: _fields(index, control, sentences.get(control.name, {})) for index, control in controls}


def filled(beginning: PromptFile, schema: LabelSchema | None) -> PromptFile:
    """The file that the form describes."""
    form = request.form
    model, note = (" ".join(form.get(name, "").split())[:MOST_WORDS] for name in ("model", "note"))
    connection = form.get("connection", beginning.connection or DEFAULT)
    return replace(
        beginning,
        template=clean_text(form.get("text", "")),
        system=clean_text(form.get("system", beginning.system)).strip(),
        model=model or None,
        connection=None if connection == DEFAULT else connection,
        note=note,
        confidence=_confidence(beginning),
        labels=_labels(beginning, schema),
        examples=None if form.get("examples") == "none" else beginning.examples,
    )


def few_shot_request() -> FewShotRequest | None:
    """The examples to take from the ground truths as they are now; None where those of the version stay, or none."""
    if request.form.get("examples") != "new":
        return None
    number, way = request.form.get("example_number", ""), request.form.get("example_way", "")
    size = whole_number(number, MOST_EXAMPLES)
    return FewShotRequest(EXAMPLES if size is None else size, way if way in WAYS else WAYS[0])


def _confidence(beginning: PromptFile) -> str:
    chosen = request.form.get("confidence", beginning.confidence or LOGPROBS)
    return f"{SAMPLES}:{request.form.get('samples', '')}" if chosen == SAMPLES else chosen


def _labels(beginning: PromptFile, schema: LabelSchema | None) -> Listed:
    """Those of the form; those of the file where the form has no fields for labels."""
    fields = label_fields(beginning, schema)
    if schema is None or not any(field.name in request.form for rows in fields.values() for field in rows):
        return beginning.labels
    before = _defined(beginning.labels, schema)
    written = {control: {row.label: _sentence(row.name) for row in rows} for control, rows in fields.items()}
    every = {**before, **written}
    return {control: kept for control, labels in every.items() if (kept := {k: v for k, v in labels.items() if v})}


def _sentence(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[: 10 * MOST_WORDS]


def _defined(listed: Listed, schema: LabelSchema) -> Mapping[str, Mapping[str, str]]:
    """By control; nothing where the labelling config has other labels by now."""
    try:
        return defined(listed, schema)
    except PromptError:
        return {}


def _is_listed(control: Control) -> bool:
    return bool(control.labels) and not control.dynamic


def _fields(index: int, control: Control, sentences: Mapping[str, str]) -> list[LabelField]:
    names = [label.name for label in control.labels]
    return [LabelField(f"label-{index}-{n}", label, sentences.get(label, "")) for n, label in enumerate(names)]
