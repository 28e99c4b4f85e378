"""Present and earlier names of prompts: predictions in Label Studio carry the tag under which they were pushed.

A name belongs to its prompt as long as that exists, and its numbers continue even after it is deleted: a tag never
means two versions. These functions are parts of the store's transactions.
"""

from typing import Any

import sqlalchemy as sa

from backend.adapters.database.tables import connections, names, prompts, runs, versions
from backend.advice import Advice
from backend.domain.runs.run import OPEN
from backend.errors import PromptError

SEPARATOR = "@"
"""Stands in no name."""

FORMER = (
    sa.select(sa.func.aggregate_strings(names.c.name, SEPARATOR))
    .where(names.c.prompt_id == prompts.c.id, names.c.name != prompts.c.name)
    .correlate(prompts)
    .scalar_subquery()
    .label("former")
)
"""Former names of a prompt, joined."""


def split(former: str | None) -> tuple[str, ...]:
    """The names that FORMER found, in alphabetical order."""
    return tuple(sorted(former.split(SEPARATOR))) if former else ()


def take(connection: sa.Connection, insert: Any, prompt: int, name: str) -> None:
    """Notes that a prompt has this name. The name of a deleted prompt may be used again, and its numbers continue.

    Raises PromptError if it is, or was, the name of another prompt.
    """
    row = insert(names).values(name=name, prompt_id=prompt)
    free = names.c.prompt_id.is_(None)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"prompt_id": prompt}, where=free))
    owner = owner_of(connection, name)
    if owner is not None and owner.id != prompt:
        raise PromptError(
            f"'{name}' is what '{owner.name}' was called before, and its predictions may still carry that name: "
            "choose another name."
        )


def owner_of(connection: sa.Connection, name: str) -> Any:
    """Id and name of the prompt that has or had this name; None if there is none any more."""
    query = sa.select(prompts.c.id, prompts.c.name).join_from(names, prompts).where(names.c.name == name)
    return connection.execute(query).first()


def highest_left(connection: sa.Connection, name: str) -> int:
    """The highest number under this name that deleted prompts had; 0 for none."""
    return connection.execute(sa.select(names.c.highest).where(names.c.name == name)).scalar() or 0


def refuse_in_use(connection: sa.Connection, deleted: Any) -> None:
    """Raises PromptError while annotators get a version that is to be deleted.

    deleted: condition on `connections` that is true for such a version
    """
    row = connection.execute(sa.select(connections).where(deleted)).first()
    if row is not None:
        raise PromptError(
            f"Annotators of project {row.project} get {row.in_use}:", Advice.USE_ANOTHER, project=row.project
        )


def under_way(connection: sa.Connection, theirs: Any) -> Any:
    """A run that has not ended; None if there is none.

    theirs: condition on `runs` that is true for the runs that matter
    """
    return connection.execute(sa.select(runs).where(theirs, runs.c.status.in_(OPEN))).first()


def refuse_left(connection: sa.Connection, name: str) -> None:
    """Raises PromptError for the name of a deleted prompt: a tag would mean two versions."""
    left = sa.select(names.c.name).where(names.c.name == name, names.c.prompt_id.is_(None))
    if connection.execute(left).first() is not None:
        raise PromptError(
            f"The name '{name}' belonged to a deleted prompt, whose predictions may still carry it: choose another."
        )


def leave(connection: sa.Connection, prompt: Any) -> None:
    """Stores the highest number of a prompt that is about to be deleted, under all its names. A version that was
    deleted before may have had a higher one."""
    most = sa.select(sa.func.max(versions.c.number)).where(versions.c.prompt_id == names.c.prompt_id).scalar_subquery()
    higher = names.update().where(names.c.prompt_id.in_(prompt), most > names.c.highest)
    connection.execute(higher.values(highest=most))
