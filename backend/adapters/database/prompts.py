"""The Store: prompts with their versions, completions, and what annotators get, in SQLite or PostgreSQL (SQLAlchemy
Core).

Every method is one transaction: when it returns, its data is on disk. Saving a version never changes an earlier one.
"""

import weakref
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import completion_sources as sources
from backend.adapters.database import prompt_names as names
from backend.adapters.database.authors import author_row
from backend.adapters.database.completions import CompletionStore
from backend.adapters.database.engine import clock_of, insert_of, open_database
from backend.adapters.database.payers import Payers
from backend.adapters.database.retry import AT_ONCE, RetryPolicy, retried
from backend.adapters.database.tables import (
    accepted,
    accepting,
    completions,
    connections,
    prompts,
    runs,
    version_ids,
    versions,
)
from backend.advice import Advice
from backend.domain.cascade import cascade_json, read_cascade
from backend.domain.person import Person
from backend.domain.prompts.examples import examples_json, read_examples
from backend.domain.prompts.version import PromptVersion, nearest
from backend.errors import PromptError


class Store(CompletionStore):
    """Safe to share between threads.

    retry: how long a database that went away is waited for
    clock: makes the SQL of the time now, in seconds since 1970, by the one clock of all who share the database

    Its connections are closed by `close`, or when nobody has it any more.
    """

    def __init__(self, url: str) -> None:
        self.retry = AT_ONCE
        self.engine = open_database(url)
        self.clock: Callable[[], Any] = clock_of(self.engine)
        self.insert: Any = insert_of(self.engine)
        self.payers = Payers(self.engine)
        self._kept_alive: Store | None = None
        # Not at the process's end: after a fork that would be the end of the parent's connections.
        weakref.finalize(self, self.engine.dispose).atexit = False

    def with_retry(self, retry: RetryPolicy) -> Self:
        """The same database for somebody who waits for it as `retry` says."""
        other = copy(self)
        other.retry, other._kept_alive = retry, self
        return other

    def close(self) -> None:
        self.engine.dispose()

    @retried
    def describe(self) -> str:
        """Its address and content, for people."""
        with self.engine.connect() as connection:
            count = connection.execute(sa.select(sa.func.count()).select_from(completions)).scalar()
        return f"{self.engine.url.render_as_string(hide_password=True)}, {count:,} completions"

    # Prompts and versions

    @retried
    def save(self, version: PromptVersion, author: Person | None = None) -> tuple[PromptVersion, bool]:
        """The stored version with its number, and whether it is new: unchanged content returns the same version.
        `author`: who saves it.

        Raises PromptError if the name belongs, or belonged, to another prompt or project.
        """
        with self.engine.begin() as connection:
            return self._save(connection, version, author)

    def _save(
        self, connection: sa.Connection, version: PromptVersion, author: Person | None
    ) -> tuple[PromptVersion, bool]:
        named = {"name": version.name, "project": version.project}
        connection.execute(self.insert(prompts).values(**named).on_conflict_do_nothing())
        # The insert locks SQLite, the row's lock PostgreSQL: whoever saves this prompt too waits until we are done.
        prompt = connection.execute(sa.select(prompts).where(prompts.c.name == version.name).with_for_update()).one()
        if prompt.project != version.project:
            raise PromptError(
                f"The prompt '{version.name}' belongs to project {prompt.project}: choose another name for this one."
            )
        names.take(connection, self.insert, prompt.id, version.name)
        mine = versions.c.prompt_id == prompt.id
        same = _VERSIONS.where(mine, versions.c.content == version.content)
        if (stored := connection.execute(same).first()) is not None:
            return _version(stored), False
        highest = connection.execute(sa.select(sa.func.max(versions.c.number)).where(mine)).scalar()
        number = max(highest or 0, names.highest_left(connection, version.name)) + 1
        row = {name: getattr(version, name) for name in _COLUMNS} | {"parameters": dict(version.parameters)}
        examples = None if version.examples is None else examples_json(version.examples)
        row |= {"cascade": None if version.cascade is None else cascade_json(version.cascade)}
        row |= {"number": number, "content": version.content, "created": now(), "examples": examples}
        connection.execute(versions.insert().values(prompt_id=prompt.id, **row))
        connection.execute(version_ids.insert().values(prompt_id=prompt.id, number=number, **author_row(author)))
        return _version(connection.execute(same).one()), True

    @retried
    def version(self, name: str, number: int) -> PromptVersion:
        """Raises PromptError with the nearest name when there is no such version."""
        mine = sa.and_(prompts.c.name == name, versions.c.number == number)
        with self.engine.connect() as connection:
            row = connection.execute(_VERSIONS.where(mine)).first()
        if row is not None:
            return _version(row)
        numbers = [version.tag for version in self.versions(name)]
        if not numbers:
            raise self.unknown(name)
        raise PromptError(f"There is no version {name}@{number}: {nearest(f'{name}@{number}', numbers)}")

    @retried
    def unknown(self, name: str) -> PromptError:
        """What to say when there is no prompt of this name: what it is called now, or the nearest name."""
        with self.engine.connect() as connection:
            owner = names.owner_of(connection, name)
            existing = connection.execute(sa.select(prompts.c.name).order_by(prompts.c.name)).scalars().all()
        if owner is None and not existing:
            return PromptError(f"There is no prompt '{name}':", Advice.SAVE_ONE)
        hint = f"it was renamed, to '{owner.name}'." if owner is not None else nearest(name, existing)
        return PromptError(f"There is no prompt '{name}': {hint}")

    @retried
    def versions(self, name: str | None = None) -> list[PromptVersion]:
        """All versions, or those of one prompt; by name, then number."""
        query = _VERSIONS if name is None else _VERSIONS.where(prompts.c.name == name)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(prompts.c.name, versions.c.number)).all()
        return [_version(row) for row in rows]

    @retried
    def rename(self, old: str, new: str) -> None:
        """Raises PromptError when the new name is, or ever was, another prompt's, and while a run has not ended: it
        pushes under the name that it began with."""
        mine = sa.select(prompts.c.id).where(prompts.c.name == new)
        try:
            with self.engine.begin() as connection:
                connection.execute(prompts.update().where(prompts.c.name == old).values(name=new))
                run = names.under_way(connection, _tag_of(runs.c.tag, old)) if new != old else None
                if run is not None:
                    raise PromptError(
                        f"Run {run.id} of {run.tag} has not ended, so the prompt cannot be renamed:",
                        Advice.WAIT_OR_CANCEL,
                        run=run.id,
                    )
                names.refuse_left(connection, new)
                names.take(connection, self.insert, connection.execute(mine).scalar_one(), new)
                for column in _TAGS:
                    retagged = sa.literal(new) + sa.func.substr(column, len(old) + 1)
                    mine = _tag_of(column, old)
                    connection.execute(column.table.update().where(mine).values({column.name: retagged}))
        except IntegrityError:
            raise PromptError(f"There is a prompt '{new}' already: choose another name.") from None

    @retried
    def delete(self, name: str) -> None:
        """Deletes a prompt with its versions and runs. Completions stay, because they were paid for.

        Its numbers are not used again. Raises PromptError while one of its versions is in use.
        """
        with self.engine.begin() as connection:
            names.refuse_in_use(connection, _tag_of(connections.c.in_use, name))
            sources.keep(connection, self.insert, _tag_of(runs.c.tag, name))
            connection.execute(runs.delete().where(_tag_of(runs.c.tag, name)))
            names.leave(connection, sa.select(prompts.c.id).where(prompts.c.name == name))
            connection.execute(prompts.delete().where(prompts.c.name == name))

    # What annotators get

    @retried
    def connection(self, project: int) -> Mapping[str, str | None]:
        """`in_use`, `shown_before` and `to_show` of a project; None where nothing is known."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(connections).where(connections.c.project == project)).first()
        return {name: getattr(row, name, None) for name in ("in_use", "shown_before", "to_show")}

    @retried
    def set_connection(self, project: int, **values: str | None) -> None:
        """Sets what is given of `in_use`, `shown_before` and `to_show`."""
        insert = self.insert(connections).values(project=project, **values)
        with self.engine.begin() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["project"], set_=values))


_TAGS: tuple[Any, ...] = (
    connections.c.in_use,
    connections.c.in_use_unmarked,
    runs.c.tag,
    accepted.c.version,
    accepting.c.version,
)
_VERSIONS = sa.select(prompts.c.name, prompts.c.project, names.FORMER, versions).join_from(versions, prompts)
_COLUMNS = (
    *("template", "model", "variables", "schema_digest", "note", "definitions", "confidence", "connection"),
    "system",
)


def now(precision: str = "seconds") -> str:
    """UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec=precision)


def _tag_of(column: Any, name: str) -> Any:
    """Whether a tag is one of this prompt's; not LIKE, which does not tell cases apart on SQLite."""
    return sa.func.substr(column, 1, len(name) + 1) == f"{name}@"


def _version(row: Any) -> PromptVersion:
    return PromptVersion(
        name=row.name,
        number=row.number,
        project=row.project,
        template=row.template,
        model=row.model,
        variables=tuple(row.variables),
        schema_digest=row.schema_digest,
        parameters=row.parameters,
        note=row.note,
        created=row.created,
        former=names.split(row.former),
        definitions=row.definitions or {},
        examples=None if row.examples is None else read_examples(row.examples),
        confidence=row.confidence,
        system=row.system or "",
        connection=row.connection,
        cascade=None if row.cascade is None else read_cascade(row.cascade),
    )
