"""Who paid is noted once, and found again by every process."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from backend.adapters.database.budgets.budget_ledger import BudgetLedger
from backend.adapters.database.payers import Payer, Payers
from backend.adapters.database.prompts import Store
from backend.adapters.database.tables import payers
from backend.errors import StoreError
from tests.scripted import completion

MINE = Payer("1f3a", "some-model", "default")
OTHERS = [
    MINE._replace(run_id=None),
    MINE._replace(run_id="2b"),
    MINE._replace(model="another"),
    MINE._replace(connection="eu"),
    MINE._replace(month="2026-11"),
]


def test_each_payer_has_a_number_of_its_own(store: Store) -> None:
    numbers = {payer: store.payers.number(payer) for payer in (MINE, *OTHERS)}
    assert len(set(numbers.values())) == 6
    assert {payer: Payers(store.engine).number(payer) for payer in numbers} == numbers, "in another process"


def test_an_answer_is_read_with_its_model_and_connection(store: Store) -> None:
    answers = [
        completion(digest="a" * 64, model="one"),
        completion(digest="b" * 64, model="two", connection="eu"),
    ]
    store.add_completions(answers, "1f3a")
    found = store.completions(["a" * 64, "b" * 64])
    assert [found[answer.digest] for answer in answers] == [[answer] for answer in answers]


def test_a_payer_that_two_processes_noted_counts_once_for_each_answer(store: Store) -> None:
    with store.engine.begin() as connection:
        for _ in range(2):
            connection.exec_driver_sql(
                "INSERT INTO payers (run_id, model, connection) VALUES ('1f3a', 'some-model', 'default')"
            )
    store.add_completions([completion(digest="a" * 64)], "1f3a")
    spent = BudgetLedger(store, "1f3a", lambda *_: lambda *_: 0.5).spent()
    assert spent == 0.5


def test_a_payer_whose_commit_failed_is_noted_again(store: Store) -> None:
    answer = completion(digest="a" * 64)
    failures = [OperationalError("COMMIT", None, Exception("The server closed the connection."))]

    @sa.event.listens_for(store.engine, "commit")
    def fail(_connection: sa.Connection) -> None:
        if failures:
            raise failures.pop()

    with pytest.raises(StoreError):
        store.add_completions([answer], "1f3a")
    store.add_completions([answer], "1f3a")
    assert store.completions([answer.digest]) == {answer.digest: [answer]}
    assert BudgetLedger(store, "1f3a", lambda *_: lambda *_: 0.5).spent() == 0.5


def test_an_answer_whose_payer_is_missing_can_be_read(store: Store) -> None:
    answer = completion(digest="a" * 64)
    store.add_completions([answer], "1f3a")
    with store.engine.begin() as connection:
        connection.execute(payers.delete())
    assert store.completions([answer.digest]) == {answer.digest: [replace(answer, model="", connection="")]}
