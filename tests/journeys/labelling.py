"""What the journeys of all controls do alike, once their predictions are in Label Studio."""

from typing import Any

from tests.installation import Installation
from tests.journeys.project import Json, StudioProject


def values_of(measures: Json) -> dict[str, Any]:
    """Of one control in the JSON of an evaluation: measure -> value."""
    return {name: measure["value"] for name, measure in measures.items()}


def accepted_and_withdrawn(mine: Installation, project: StudioProject, tag: str, tasks: int) -> list[Json]:
    """What Label Studio stored is read back as what was said: another push changes nothing. Then the predictions of all
    `tasks` become annotations, which are returned, and are withdrawn."""
    assert mine.app.push(tag).unchanged == tasks
    mine.command("annotate", tag, "--yes")
    made = [annotation for annotation in project.annotations() if annotation["parent_prediction"]]
    assert len(made) == tasks
    mine.command("withdraw", tag, "--yes")
    assert project.predictions() == []
    return made
