"""A prompt version together with the project it labels, as that project is now."""

from dataclasses import dataclass

from backend.adapters.label_studio.client import Project
from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.labels.schema import LabelSchema
from backend.domain.prompts.version import PromptVersion


@dataclass(frozen=True, slots=True)
class ResolvedVersion:
    """A version together with the project it is for, as that is now, and what its confidences are put through.
    `origin`: the schema its stored answers were asked for with, where that is another one than `schema`, under whose
    names they are read."""

    version: PromptVersion
    project: Project
    schema: LabelSchema
    calibrators: Calibrators = RAW
    origin: LabelSchema | None = None
