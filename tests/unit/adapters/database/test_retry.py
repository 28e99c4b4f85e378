"""What is done again after a lost connection must find its arguments again."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest

from backend.adapters import database
from backend.adapters.database import retry as module
from backend.adapters.database.prompts import Store
from backend.adapters.database.public_ids import PublicIdStore
from backend.adapters.database.retry import RetryPolicy, retried
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from tests.unit.adapters.database.test_repository import Flaky

ONE_SHOT = ("Iterable", "Iterator", "Generator")
WRAPPER = retried(lambda _: None).__code__


def _retried() -> Iterator[tuple[str, Callable[..., Any]]]:
    for found in pkgutil.walk_packages(database.__path__, f"{database.__name__}."):
        if not found.ispkg and ".migrations." not in found.name:
            for kind in vars(importlib.import_module(found.name)).values():
                if inspect.isclass(kind) and kind.__module__ == found.name:
                    for method in vars(kind).values():
                        if isinstance(method, FunctionType) and method.__code__ is WRAPPER:
                            yield f"{kind.__name__}.{method.__name__}", method


RETRIED = dict(_retried())


def test_there_are_many_methods_that_are_done_again() -> None:
    assert {"PublicIdStore.runs", "CompletionStore.add_completions", "RunTaskStore.note"} <= set(RETRIED)


@pytest.mark.parametrize("name", RETRIED)
def test_what_is_done_again_takes_and_gives_nothing_that_can_be_read_only_once(name: str) -> None:
    signature = inspect.signature(RETRIED[name])
    told = [str(parameter.annotation) for parameter in signature.parameters.values()]
    assert not [text for text in [*told, str(signature.return_annotation)] if any(word in text for word in ONE_SHOT)]


def test_the_second_try_finds_what_the_first_did_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all")))
    ids: Any = PublicIdStore(store.with_retry(RetryPolicy(30.0)))
    ids._engine = Flaky(ids._engine)
    assert list(ids.runs([run.id])) == [run.id]
    assert ids._engine.away == 0
