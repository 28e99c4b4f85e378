"""Names: every name that a prompt has or had, because predictions in Label Studio bear the tag they were pushed under.

A name stays its prompt's as long as that exists, and its numbers go on even when that is deleted: no tag ever means
two versions. These functions are parts of the store's transactions.
"""

from typing import Any

import sqlalchemy as sa

from backend.adapters.database.tables import names, prompts, versions
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
    """What FORMER found, in alphabetical order."""
    return tuple(sorted(former.split(SEPARATOR))) if former else ()


def take(connection: sa.Connection, insert: Any, prompt: int, name: str) -> None:
    """Notes that a prompt has this name; one that a deleted prompt left is taken over, its numbers go on.

    Raises PromptError when it is, or was, another prompt's.
    """
    mine = insert(names).values(name=name, prompt_id=prompt)
    free = names.c.prompt_id.is_(None)
    connection.execute(mine.on_conflict_do_update(index_elements=["name"], set_={"prompt_id": prompt}, where=free))
    owner = owner_of(connection, name)
    if owner is not None and owner.id != prompt:
        raise PromptError(
            f"'{name}' is what '{owner.name}' was called before, and its predictions may still bear that name: "
            "choose another name."
        )


def owner_of(connection: sa.Connection, name: str) -> Any:
    """Id and name of the prompt that has or had this name; None when there is none, or none any more."""
    query = sa.select(prompts.c.id, prompts.c.name).join_from(names, prompts).where(names.c.name == name)
    return connection.execute(query).first()


def highest_left(connection: sa.Connection, name: str) -> int:
    """The highest number under this name that deleted prompts had; 0 for none."""
    return connection.execute(sa.select(names.c.highest).where(names.c.name == name)).scalar() or 0


def refuse_left(connection: sa.Connection, name: str) -> None:
    """Raises PromptError for a name that a deleted prompt left: another prompt's numbers would mean two versions."""
    left = sa.select(names.c.name).where(names.c.name == name, names.c.prompt_id.is_(None))
    if connection.execute(left).first() is not None:
        raise PromptError(
            f"The name '{name}' was a deleted prompt's, and its predictions may still bear it: choose another name."
        )


def leave(connection: sa.Connection, prompt: Any) -> None:
    """Keeps the highest number of a prompt that is about to be deleted, under all names it had."""
    highest = sa.select(sa.func.max(versions.c.number)).where(versions.c.prompt_id == names.c.prompt_id)
    kept = names.update().where(names.c.prompt_id.in_(prompt)).values(highest=highest.scalar_subquery())
    connection.execute(kept)
