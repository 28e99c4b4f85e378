"""MAX_USD_PER_DAY: the server spends no more in a day, whatever it is asked and however often it starts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.adapters.database.budgets.connection_ledger import ConnectionLedger
from backend.adapters.database.runs.runs import NewRun
from backend.adapters.processes import is_running, this_process
from backend.app import App
from backend.domain.dataset.subset import Subset
from backend.domain.labels.config import read_config
from backend.domain.outcome import Failure
from backend.domain.project import Project
from backend.domain.prompts.examples import Example, Examples
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.budgets import daily_limit as daily
from backend.errors import RunError, SettingsError, UsedUpError
from backend.interfaces.web.server import create_app
from backend.services.prompts.draft import Draft
from backend.services.prompts.saving import CheckedDraft
from backend.services.setup.model_connections import ConnectionChange
from tests.calls import in_use, predict, scripted, task
from tests.installation import Installation
from tests.running import RunningStandIn
from tests.scripted import CONFIG, GOOD, some, version

PRICES = {"PRICE_IN": "0", "PRICE_OUT": "1000"}
MOOD = read_config(CONFIG)
REQUEST = 5 * 1000 / 1_000_000
"""USD: a scripted completion has five tokens."""


@pytest.fixture
def mine(tmp_path: Path, stand_in: RunningStandIn) -> Installation:
    return Installation.made(tmp_path, stand_in.url, CONCURRENCY="4", **PRICES)


def limited(mine: Installation, usd: float) -> Installation:
    """With a version whose answers have 20 tokens at most, 0.02 USD."""
    in_use(mine, max_tokens=20)
    return mine.but(MAX_USD_PER_DAY=str(usd))


def spent(mine: Installation) -> float:
    with mine.app.container.store.engine.connect() as connection:
        return float(connection.exec_driver_sql("SELECT sum(completion_tokens) FROM completions").scalar() or 0) / 1000


class Tomorrow(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "Tomorrow":
        return super().now(tz) + timedelta(days=1)


def days(number: int, prefix: str = "day") -> list[Any]:
    return [task(f"a good {prefix} {i}", i) for i in range(1, number + 1)]


@pytest.mark.slow
def test_one_predict_of_300_tasks_stops_at_the_limit(
    mine: Installation, stand_in: RunningStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(limited(mine, 0.5).app).test_client()
    results = predict(client, *days(300))
    assert len(results) == 300
    assert 0 < sum(map(bool, results)) < 300
    assert 0.4 < spent(mine) <= 0.5
    assert "MAX_USD_PER_DAY" in caplog.text
    asked = stand_in.requests()
    assert predict(client, task("another good day")) == [{}]
    assert predict(client, *days(300))[0], "what is stored costs nothing"
    assert stand_in.requests() == asked


def test_a_restart_does_not_begin_a_new_day(mine: Installation, stand_in: RunningStandIn) -> None:
    served = limited(mine, 0.3)
    for number in range(4):
        server = create_app(served.but().app)
        predict(server.test_client(), *days(30, f"start {number}"))
        server.extensions["open-prompts-close"](5)
    assert 0.2 < spent(mine) <= 0.3


def test_many_threads_and_two_processes_share_a_day(mine: Installation) -> None:
    served = limited(mine, 0.4)
    servers = [create_app(served.but().app), create_app(served.but().app)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: predict(servers[n % 2].test_client(), *days(20, f"thread {n}")), range(8)))
    assert 0.1 < spent(mine) <= 0.4


def test_a_new_day_has_a_new_limit(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    served = limited(mine, 0.1)
    client = create_app(served.app).test_client()
    predict(client, *days(30))
    assert predict(client, task("tomorrow is a good day")) == [{}]
    monkeypatch.setattr(daily, "datetime", Tomorrow)
    assert predict(client, task("tomorrow is a good day"))[0]
    predict(client, *days(30, "tomorrow"))
    assert 0.1 < spent(mine) <= 0.2


def test_what_a_run_releases_is_there_for_those_who_label_at_once(mine: Installation, stand_in: RunningStandIn) -> None:
    served = limited(mine, 1.0)
    priced = ConnectionChange(stand_in.url, no_key=True, price_in=0.0, price_out=1000.0, monthly_budget=1.0)
    served.app.connect_model("big", priced)
    store, pricing = served.app.container.store, served.app.container.pricing
    changes: dict[str, Any] = {"connection": "big", "parameters": {"max_tokens": 20}, "template": "{text}"}
    store.save(version(schema=MOOD, model="stand-in", **changes))
    client = create_app(served.app).test_client()
    month, day = ConnectionLedger(store, "big", 1.0, pricing), some(served.app.container.daily_limit).budget_ledger()
    for tag, ledger in (("mood@2", month), ("mood@1", day)):
        store.set_connection(7, in_use=tag)
        assert ledger.hold("a run", 0.5, 1.0) is not None
        assert predict(client, task(f"a good day of {tag}")) == [{}]
        ledger.keep("a run", 0.0)
        assert predict(client, task(f"a good day of {tag}"))[0]


def test_a_model_without_a_price_is_not_asked_and_everyone_is_told(
    mine: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    unpriced = Installation.made(mine.folder, mine.env["OPENAI_BASE_URL"], MAX_USD_PER_DAY="5")
    client, model = scripted(unpriced, GOOD)
    assert "Nothing is asked live: The price of model 'stand-in' is unknown" in caplog.text
    assert predict(client, task("good")) == [{}]
    assert model.requests == []
    (check,) = [check for check in unpriced.app.doctor() if check.name == "Limit"]
    assert (check.ok, "PRICE_IN" in check.sentence) == (False, True)


def test_doctor_says_what_is_left(mine: Installation) -> None:
    served = limited(mine, 5)
    predict(create_app(served.app).test_client(), task("good"))
    (check,) = [check for check in served.app.doctor() if check.name == "Limit"]
    assert check.ok
    assert check.sentence.startswith("5 USD a day, of which ")


def test_the_test_of_a_connection_is_paid_by_the_day_and_by_its_month(
    mine: Installation, stand_in: RunningStandIn
) -> None:
    priced = ConnectionChange(stand_in.url, no_key=True, price_in=0.0, price_out=1000.0)
    served = limited(mine, 500.0)
    served.app.connect_model("big", priced)
    check = served.app.test_connection_within_day("big", "stand-in")
    month = served.app.spent_this_month("big")
    assert month == pytest.approx(some(check.usd) + some(check.abilities_usd))
    assert some(served.app.container.daily_limit).budget_ledger().left() == pytest.approx(500.0 - month)
    served.app.test_connection("big", "stand-in")
    assert served.app.spent_this_month("big") == pytest.approx(2 * month), "a command's is counted too"

    asked = stand_in.requests()
    used_up = limited(mine, 0.001).app.test_connection_within_day("big", "stand-in")
    assert "MAX_USD_PER_DAY" in some(used_up.not_asked).sentence
    served.app.connect_model("big", replace(priced, monthly_budget=month))
    for test in (served.app.test_connection, served.app.test_connection_within_day):
        used_up = test("big", "stand-in")
        assert "The monthly budget of connection 'big' is used up" in some(used_up.not_asked).sentence
        assert (used_up.models is None, used_up.model) == (False, None), "the list is free"
    assert stand_in.requests() == asked


@pytest.mark.parametrize(("usd", "kinds"), [(9, [None, None]), (1e-6, ["budget", "budget"])])
def test_a_draft_without_a_bound_is_tried_within_the_day(
    mine: Installation, monkeypatch: pytest.MonkeyPatch, usd: float, kinds: list[str | None]
) -> None:
    app = drafting(mine, monkeypatch, usd, 2)
    verdicts = [result.outcome.verdict for result in app.try_draft(Draft("mood", 7), 2)]
    assert [verdict.kind if isinstance(verdict, Failure) else None for verdict in verdicts] == kinds


def test_a_draft_is_not_tried_when_the_day_is_used_up(mine: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    app = drafting(mine, monkeypatch, 9, 1)
    some(app.container.daily_limit).budget_ledger().hold("another", 9.0, 9.0)
    with pytest.raises(UsedUpError, match="MAX_USD_PER_DAY"):
        app.try_draft(Draft("mood", 7), 1)


def drafting(mine: Installation, monkeypatch: pytest.MonkeyPatch, usd: float, number: int) -> App:
    """With a draft that sets no most tokens, and so many tasks."""
    app = limited(mine, usd).app
    checked = CheckedDraft(version(schema=MOOD, model="stand-in"), Project(7, "p", CONFIG, "", number), MOOD, ())
    tasks = [Task(task_id, {"text": f"good {task_id}"}) for task_id in range(1, number + 1)]
    studio = SimpleNamespace(tasks=lambda *_, **__: iter([tasks]))
    monkeypatch.setitem(app.container.__dict__, "saver", SimpleNamespace(checked=lambda _: checked))
    monkeypatch.setitem(app.container.__dict__, "studio", studio)
    return app


def test_a_draft_with_embeddings_is_not_tried_within_the_day(
    mine: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = limited(mine, 5).app
    plain = Examples(1, "similar", (Example(1, {"text": "x"}, {"mood": "Good"}),), "an-embedder")
    checked = SimpleNamespace(version=version(examples=plain), project=None, schema=None)
    monkeypatch.setitem(app.container.__dict__, "saver", SimpleNamespace(checked=lambda _: checked))
    with pytest.raises(SettingsError, match="do not count towards the limit"):
        app.try_draft(Draft("mood", 1), 5)


def test_embeddings_that_nobody_counts_are_not_asked_for(mine: Installation) -> None:
    limit = limited(mine, 5).app.container.daily_limit
    assert limit is not None
    plain = Examples(1, "similar", (Example(1, {"text": "x"}, {"mood": "Good"}),))
    limit.check(version(examples=plain))
    with pytest.raises(SettingsError, match="do not count towards the limit"):
        limit.check(version(examples=replace(plain, embed="an-embedder")))


def test_a_run_that_the_server_starts_gets_a_share_of_the_day(mine: Installation) -> None:
    served = limited(mine, 1.0)
    record, limit = served.app.container.run_store, served.app.container.daily_limit
    assert limit is not None
    run = limit.start_run(lambda usd: record.create(NewRun("mood@1", 7, Subset("rest", ids=(1,)), budget=usd)))
    assert run.budget == 0.5
    assert limit.budget_ledger().left() == pytest.approx(0.5)
    record.finish(run.id, "completed", "")
    assert limit.budget_ledger().left() == pytest.approx(1.0)


def test_a_run_that_goes_on_another_day_has_what_it_may_still_cost_reserved(mine: Installation) -> None:
    served = limited(mine, 1.0)
    record, limit = served.app.container.run_store, served.app.container.daily_limit
    assert limit is not None
    run = record.create(NewRun("mood@1", 7, Subset("all"), budget=0.8))
    record.finish(run.id, "canceled", "It was canceled.")
    with pytest.raises(SettingsError, match="MAX_USD_PER_DAY"):
        limit.renew(run.id, 1.2)
    with pytest.raises(SettingsError, match="only with a budget"):
        limit.renew(run.id, None)
    limit.renew(run.id, 0.8)
    record.reopen(run.id)
    assert limit.budget_ledger().left() == pytest.approx(0.2)
    record.finish(run.id, "canceled", "It was canceled.")
    assert limit.budget_ledger().left() == 1.0


def test_a_refused_resumption_changes_no_reservation(mine: Installation) -> None:
    served = limited(mine, 10.0).but(LABEL_STUDIO_API_KEY="x")
    record, limit = served.app.container.run_store, served.app.container.daily_limit
    assert limit is not None
    run = limit.start_run(lambda usd: record.create(NewRun("mood@1", 7, Subset("all"), budget=usd)))
    record.claim(run.id, this_process(), is_running)
    for budget in (0.001, 9.0):
        with pytest.raises(RunError, match="A process works on run"):
            served.app.resume_within_limits(run.id, budget)
        assert limit.budget_ledger().left() == pytest.approx(5.0)


def test_a_run_for_new_tasks_counts_in_the_month_of_who_turned_keep_up_on(mine: Installation) -> None:
    app = limited(mine, 10.0).but(MONTHLY_BUDGET="2").app

    def start(usd: float | None) -> Run:
        return app.container.run_store.create(NewRun("mood@1", 7, Subset("rest", ids=(1,)), budget=usd))

    assert app._within_limits(start, 1000.0, person=3).budget == 2.0
    assert [some(app.container.personal_limit(person)).left() for person in (3, 4)] == [0.0, 2.0]
    with pytest.raises(SettingsError, match="MONTHLY_BUDGET"):
        app._within_limits(start, 1000.0, person=3)
    assert app._within_limits(start, None).budget == 4.0, "the command's own runs have no month"
