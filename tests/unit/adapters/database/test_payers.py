"""Who paid is noted once, and found again by every process."""

from backend.adapters.database.budget_ledger import BudgetLedger
from backend.adapters.database.payers import Payer, Payers
from backend.adapters.database.prompts import Store
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
