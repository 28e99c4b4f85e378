"""A prompt version together with the project it labels, as that project is now."""

from dataclasses import dataclass

from backend.core.calibrator import RAW, Calibrators
from backend.core.labels.schema import LabelSchema
from backend.core.prompts import PromptVersion
from backend.edges.studio import Project


@dataclass(frozen=True, slots=True)
class Bound:
    """A version together with the project it is for, as that is now, and what its confidences are put through."""

    version: PromptVersion
    project: Project
    schema: LabelSchema
    calibrators: Calibrators = RAW
