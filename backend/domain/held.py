"""Held: counts of what is stored about a project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """Counts of the data about a project.

    embeddings: of all projects, because they are not linked to a project
    quoting: prompts whose examples were taken from tasks
    """

    answers: int
    embeddings: int
    runs: int
    calibrations: int
    batches: int
    quoting: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.answers or self.runs or self.calibrations or self.batches)
