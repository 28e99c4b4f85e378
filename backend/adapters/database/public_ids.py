"""Repository of the integers that the API knows prompts, versions and runs by, and of who made them."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from backend.adapters.database.authors import author_row
from backend.adapters.database.prompt_names import highest_left, take
from backend.adapters.database.prompts import now
from backend.adapters.database.repository import Repository
from backend.adapters.database.retry import retried
from backend.adapters.database.tables import prompt_details, prompts, run_ids, runs, version_ids, versions
from backend.domain.person import Person
from backend.domain.prompts.prompt_row import PromptRow
from backend.domain.public_id import PublicId
from backend.errors import PromptError


class PublicIdStore(Repository):
    """Those of versions and runs are given once, also when what they meant was deleted."""

    @retried
    def prompts(self) -> list[PromptRow]:
        """All prompts, also those without a version; newest first."""
        with self._engine.connect() as connection:
            return [_prompt(row) for row in connection.execute(_PROMPTS.order_by(prompts.c.id.desc()))]

    @retried
    def prompt(self, prompt: int) -> PromptRow | None:
        """None when there is no prompt with this id."""
        with self._engine.connect() as connection:
            row = connection.execute(_PROMPTS.where(prompts.c.id == prompt)).first()
        return None if row is None else _prompt(row)

    @retried
    def named(self, name: str) -> PromptRow | None:
        """None when no prompt has this name."""
        with self._engine.connect() as connection:
            row = connection.execute(_PROMPTS.where(prompts.c.name == name)).first()
        return None if row is None else _prompt(row)

    @retried
    def prompts_of(self, version_numbers: Collection[int]) -> list[PromptRow]:
        """Those that the versions with these integers are of; newest first."""
        mine = sa.select(version_ids.c.prompt_id).where(version_ids.c.id.in_(version_numbers))
        with self._engine.connect() as connection:
            rows = connection.execute(_PROMPTS.where(prompts.c.id.in_(mine)).order_by(prompts.c.id.desc())).all()
        return [_prompt(row) for row in rows]

    @retried
    def create(self, name: str, project: int, title: str, description: str, author: Person) -> int:
        """A prompt without versions; its id. The same once more is the same prompt.

        Raises PromptError when another prompt has, or had, the name.
        """
        with self._engine.begin() as connection:
            new = connection.execute(self._insert(prompts).values(name=name, project=project).on_conflict_do_nothing())
            row = connection.execute(sa.select(prompts).where(prompts.c.name == name)).one()
            unused = sa.select(versions.c.number).where(versions.c.prompt_id == row.id).limit(1)
            if not new.rowcount and (row.project != project or connection.execute(unused).first()):
                raise PromptError(f"There is a prompt '{name}' already: choose another title.")
            take(connection, self._insert, row.id, name)
            self._describe(connection, row.id, title, description, author)
            return int(row.id)

    @retried
    def next_number(self, prompt: PromptRow) -> int:
        """The number that the next new version of a prompt gets: none is given twice."""
        highest = sa.select(sa.func.max(versions.c.number)).where(versions.c.prompt_id == prompt.id)
        with self._engine.connect() as connection:
            number = connection.execute(highest).scalar() or 0
            return max(number, highest_left(connection, prompt.name)) + 1

    @retried
    def describe(self, prompt: int, title: str, description: str, author: Person) -> None:
        """Notes what a prompt is called and described as; who noted it first stays its author."""
        with self._engine.begin() as connection:
            self._describe(connection, prompt, title, description, author)

    def _describe(self, connection: sa.Connection, prompt: int, title: str, description: str, author: Person) -> None:
        words = {"title": title, "description": description}
        row = self._insert(prompt_details).values(prompt_id=prompt, created=now(), **words, **author_row(author))
        connection.execute(row.on_conflict_do_update(index_elements=["prompt_id"], set_=words))

    @retried
    def versions(self, prompt: int) -> dict[int, PublicId]:
        """The ids of a prompt's versions, by their number."""
        query = sa.select(version_ids).where(version_ids.c.prompt_id == prompt)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.number: PublicId(row.id, row.user_id, row.user_email) for row in rows}

    @retried
    def by_tag(self) -> Mapping[str, PublicId]:
        """The ids of all versions, by tag."""
        query = sa.select(version_ids, prompts.c.name).join_from(version_ids, prompts)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {f"{row.name}@{row.number}": PublicId(row.id, row.user_id, row.user_email) for row in rows}

    @retried
    def set_note(self, prompt: int, number: int, note: str) -> None:
        """Changes a version's note."""
        condition = sa.and_(versions.c.prompt_id == prompt, versions.c.number == number)
        with self._engine.begin() as connection:
            connection.execute(versions.update().where(condition).values(note=note))

    @retried
    def runs(self, keys: Collection[str]) -> Mapping[str, PublicId]:
        """The integers of runs, by the runs' ids."""
        query = sa.select(run_ids).where(run_ids.c.run_id.in_(keys))
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.run_id: PublicId(row.id, row.user_id, row.user_email) for row in rows}

    @retried
    def run(self, number: int) -> str | None:
        """The id of the run with this integer; None when there is none."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(run_ids.c.run_id).where(run_ids.c.id == number)).scalar()


def _prompt(row: Any) -> PromptRow:
    values = row._asdict()
    return PromptRow(**values | {"title": row.title or row.name, "description": row.description or ""})


def _count(table: sa.Table, which: Any) -> Any:
    return sa.select(sa.func.count()).select_from(table).where(which).correlate(prompts).scalar_subquery()


def _of_prompt(column: Any) -> Any:
    return sa.select(column).where(versions.c.prompt_id == prompts.c.id).correlate(prompts).scalar_subquery()


_TAG = prompts.c.name + "@" + sa.cast(versions.c.number, sa.String)
_RUNS = sa.select(sa.func.count()).select_from(versions).join(runs, runs.c.tag == _TAG)
"""Through its versions, because tags are found by their index and beginnings of tags are not."""
_PROMPTS = sa.select(
    prompts.c.id,
    prompts.c.name,
    prompts.c.project,
    prompt_details.c.title,
    prompt_details.c.description,
    sa.func.coalesce(prompt_details.c.created, _of_prompt(sa.func.min(versions.c.created)), "").label("created"),
    sa.func.coalesce(_of_prompt(sa.func.max(versions.c.created)), prompt_details.c.created, "").label("updated"),
    _count(versions, versions.c.prompt_id == prompts.c.id).label("versions"),
    _RUNS.where(versions.c.prompt_id == prompts.c.id).correlate(prompts).scalar_subquery().label("runs"),
    prompt_details.c.user_id,
    prompt_details.c.user_email,
).join_from(prompts, prompt_details, isouter=True)
