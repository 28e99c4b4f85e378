"""Prompt row: a prompt as a list shows it, also without a version."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptRow:
    """title: as the API was told it, else the name
    created, updated: ISO 8601, UTC, "" while there is no version of a prompt whose beginning was not noted
    versions, runs: how many there are
    user_id, user_email: who made it, None where that is not known
    """

    id: int
    name: str
    project: int
    title: str
    description: str
    created: str
    updated: str
    versions: int
    runs: int
    user_id: int | None
    user_email: str | None
