"""Public id: what the API knows a version or a run by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicId:
    """The API's integer for a version or a run, and who made it, None where that is not known."""

    id: int
    user_id: int | None
    user_email: str | None
