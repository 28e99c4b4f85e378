"""Project of Label Studio, as far as prompts need it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """`model_version`: project.model_version, the backend's title or a version whose predictions annotators see."""

    id: int
    title: str
    label_config: str
    model_version: str
    tasks: int
