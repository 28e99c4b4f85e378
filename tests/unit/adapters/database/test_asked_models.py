"""The price of an answer under a name of the server's own is that of the dearest model that is asked there."""

from collections.abc import Callable

import pytest

from backend.adapters.database.asked_models import priced_as_asked
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.cascade import Cascade
from backend.domain.optimize.search import SearchOptions
from tests.scripted import version

USD = {"small": 1.0, "large": 2.0, "second": 4.0, "teacher": 8.0, "own-teacher": 16.0}


def pricing(model: str, _connection: str) -> Callable[[int, int, int], float | None]:
    return lambda *_: USD.get(model)


def price(store: Store, connection: str, name: str = "its-own-name") -> float | None:
    with store.engine.connect() as opened:
        return priced_as_asked(opened, pricing)(name, connection)(1, 0, 1)


@pytest.fixture
def asked(store: Store) -> Store:
    for number, model in enumerate(("small", "large")):
        store.save(version(template=f"{number} {{text}}", model=model, connection="groq"))
    store.save(version(template="3 {text}", model="small", cascade=Cascade("second", "other", 0.5)))
    for reference in ("teacher", "school/own-teacher"):
        RunStore(store).create(NewRun(f"mood@{len(reference)}", 7, SearchOptions(reference)))
    return store


@pytest.mark.parametrize(
    ("connection", "usd"), [("groq", 2.0), ("default", 1.0), ("other", 4.0), ("teacher", 8.0), ("school", 16.0)]
)
def test_it_is_the_highest_of_its_connection(asked: Store, connection: str, usd: float) -> None:
    assert price(asked, connection) == usd


def test_where_no_model_is_known_to_be_asked_it_is_the_highest_of_all(asked: Store) -> None:
    assert price(asked, "deleted") == 16.0


def test_a_known_price_stays(asked: Store) -> None:
    assert price(asked, "groq", "small") == 1.0


def test_without_any_model_nothing_is_known(store: Store) -> None:
    assert price(store, "groq") is None
