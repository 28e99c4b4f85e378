"""The ledger of a connection's month: all that came through it counts, whoever asked, and each month anew."""

from dataclasses import replace

import pytest

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.completions import this_month
from backend.adapters.database.prompts import Store
from backend.domain.resolution.pricing import Pricing
from tests.scripted import completion, version

A, B, C, D = ("abcd"[place] * 64 for place in range(4))


def pricing(_model: str, _connection: str) -> object:
    return lambda prompt, cached, said: prompt / 100


def ledger(store: Store, name: str = "groq", month: str | None = None) -> ConnectionLedger:
    found: Pricing = pricing  # type: ignore[assignment]
    return ConnectionLedger(store, name, 1.0, found, this_month if month is None else lambda: month)


def test_a_month_has_what_is_neither_spent_nor_set_aside(store: Store) -> None:
    groq = replace(completion(digest=A, prompt_tokens=20), connection="groq")
    store.add_completions([groq, replace(groq, digest=B), replace(groq, digest=C, connection="other")], "run")
    store.add_completions([completion(digest=D, prompt_tokens=90)])
    mine = ledger(store)
    assert mine.spent() == pytest.approx(0.4)
    assert ledger(store, "other").spent() == pytest.approx(0.2)
    assert ledger(store, "default").spent() == 0.0, "the environment's connections have no monthly budget"
    assert mine.hold("one", 0.1, 0.4) == 0.4
    assert mine.hold("two", 0.3, 0.5) is None
    assert mine.hold("two", 0.1, 0.5) == pytest.approx(0.2)
    mine.keep("one", 0.0)
    assert mine.hold("two", 0.1, 0.5) == 0.5


def test_each_month_begins_anew(store: Store) -> None:
    store.add_completions([replace(completion(digest=A, prompt_tokens=90), connection="groq")])
    next_month = ledger(store, month="2999-01")
    assert next_month.hold("one", 0.9, 1.0) == 1.0
    assert ledger(store).hold("one", 0.2, 1.0) is None


def test_an_answer_that_was_paid_for_and_not_stored_counts(store: Store) -> None:
    mine = ledger(store)
    mine.pay(replace(completion(prompt_tokens=30), connection="groq"))
    assert mine.spent() == pytest.approx(0.3)


def test_an_answer_under_another_name_counts_as_a_model_that_is_asked_there(store: Store) -> None:
    store.save(version(connection="groq"))
    known = lambda model, _connection: lambda prompt, cached, said: prompt / 100 if model == "some-model" else None  # noqa: E731
    answer = replace(completion(digest=A, prompt_tokens=30), connection="groq", model="some-model-2026-05-01")
    store.add_completions([answer])
    assert ConnectionLedger(store, "groq", 1.0, known).spent() == pytest.approx(0.3)
