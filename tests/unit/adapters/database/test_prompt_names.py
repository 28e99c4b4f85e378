"""Names that prompts have or had: no tag ever means two versions."""

import pytest

from backend.adapters.database.prompt_names import highest_left, leave, owner_of, refuse_left, split, take
from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import prompts, versions
from backend.errors import PromptError


@pytest.fixture
def named(store: Store) -> Store:
    """Two prompts, of which the first was called "old" before."""
    with store.engine.begin() as connection:
        connection.execute(
            prompts.insert(), [{"id": 1, "name": "new", "project": 7}, {"id": 2, "name": "b", "project": 7}]
        )
        for prompt, name in ((1, "old"), (1, "new"), (2, "b")):
            take(connection, store.insert, prompt, name)
    return store


def test_a_former_name_leads_to_its_prompt(named: Store) -> None:
    with named.engine.begin() as connection:
        assert [owner_of(connection, name).name for name in ("old", "new", "b")] == ["new", "new", "b"]
        assert owner_of(connection, "nobody's") is None


def test_a_former_name_of_another_prompt_is_refused(named: Store) -> None:
    with named.engine.begin() as connection:
        take(connection, named.insert, 1, "old")
        with pytest.raises(PromptError, match="'old' is what 'new' was called before"):
            take(connection, named.insert, 2, "old")


def test_the_numbers_of_a_deleted_prompt_go_on_under_all_its_names(named: Store) -> None:
    row = {"content": "c", "template": "t", "model": "m", "variables": [], "schema_digest": "s", "parameters": {}}
    with named.engine.begin() as connection:
        connection.execute(versions.insert().values(prompt_id=1, number=4, note="", created="now", **row))
        mine = prompts.select().with_only_columns(prompts.c.id).where(prompts.c.id == 1)
        leave(connection, mine)
        connection.execute(prompts.delete().where(prompts.c.id == 1))
    with named.engine.begin() as connection:
        assert [highest_left(connection, name) for name in ("old", "new", "b", "nobody's")] == [4, 4, 0, 0]
        refuse_left(connection, "b")
        with pytest.raises(PromptError, match="a deleted prompt"):
            refuse_left(connection, "old")
        take(connection, named.insert, 2, "old")
        assert owner_of(connection, "old").name == "b"


@pytest.mark.parametrize(("former", "names"), [(None, ()), ("", ()), ("b@a", ("a", "b"))])
def test_former_names_are_split(former: str | None, names: tuple[str, ...]) -> None:
    assert split(former) == names
