"""Person: who does a thing, as Label Studio knows its users."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """`organization`: the id of the one that is active in Label Studio, None when it says none."""

    id: int
    email: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    organization: int | None = None
