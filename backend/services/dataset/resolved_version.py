"""A prompt version together with its project, as that project is now."""

from dataclasses import dataclass
from shlex import quote

from backend.domain.calibration.calibrators import RAW, Calibrators
from backend.domain.labels.schema import LabelSchema
from backend.domain.project import Project
from backend.domain.prompts.version import PromptVersion


@dataclass(frozen=True, slots=True)
class ResolvedVersion:
    """A version together with its project, as that is now, and the calibrators of its confidences.

    origin: the schema with which its stored answers were asked, if that differs from `schema`, under whose names they
        are read
    older_calibration: whether a calibration was saved for it that fits no confidence of now, and is not applied
    """

    version: PromptVersion
    project: Project
    schema: LabelSchema
    calibrators: Calibrators = RAW
    origin: LabelSchema | None = None
    older_calibration: bool = False

    @property
    def calibration_caveat(self) -> str | None:
        """What to do about an older calibration; None without one."""
        if not self.older_calibration:
            return None
        return (
            f"The calibration saved with {self.version.tag} is for confidences as they were computed before, and is "
            f"not applied: `ls-prompts calibrate {quote(self.version.tag)}` makes a new one."
        )
