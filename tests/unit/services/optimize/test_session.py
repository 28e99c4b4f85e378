"""A whole search in this process: the stand-in's answers, a scripted teacher, a database on disk."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.database.projects.looks import LookStore
from backend.adapters.database.prompts import Store
from backend.app import App
from backend.domain.chat.request import ChatRequest, Completion
from backend.domain.optimize.looks import Winner
from backend.domain.optimize.search import FEWEST, SearchOptions
from backend.engine.budgets.budget_rules import OverBudget
from backend.errors import ProviderError, RunError, SettingsError, SubsetError
from backend.services.optimize.session import OptimizationResult, OptimizerOptions
from backend.services.prompts.few_shot_selection import FewShotRequest as Examples
from backend.services.run_control import heartbeat, waiting
from backend.services.run_control.progress import Silent
from backend.services.run_control.termination import TakenOver
from benchmarks.enhance import TEACHER, InboxStudio, LabelledText, ScriptedModels, draft, in_process, messages, trial
from demo.teacher import KINDS, USELESS
from tests.scripted import some

TRUTHS = messages()[:100]
PRICES = {"price_in": 2.0, "price_out": 10.0}


def app(folder: Path, world: ScriptedModels, truths: Sequence[LabelledText] = TRUTHS, /, **settings: Any) -> App:
    made = in_process(folder, InboxStudio(truths, messages()[100:]), world, **settings)
    made.save(draft())
    return made


def searched(folder: Path, *kinds: str, rounds: int = 4, **wish: Any) -> tuple[OptimizationResult, ScriptedModels]:
    world = ScriptedModels(kinds)
    return app(folder, world).enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, rounds), **wish)), world


def test_good_rewrites_are_found_judged_and_saved(tmp_path: Path) -> None:
    found, world = searched(tmp_path, "good", rounds=8)
    assert found.verdict == "better"
    assert found.comparison is not None
    assert found.saved is not None
    assert (found.saved.tag, found.saved.template) == ("topic@2", found.text)
    assert found.saved.note.startswith("topic@1 rewritten by scripted-teacher: 0.")
    assert "ground truths it never saw, better (p = " in found.saved.note
    assert found.reasons == "A good one."
    halves, (winner,) = some(found.halves), LookStore(Store(f"sqlite:///{tmp_path}/prompts.sqlite3")).winners("topic")
    assert winner == Winner(2, frozenset(item.task.id for item in (*halves.learn, *halves.judge)))
    before, after = found.learned or (0, 0)
    assert after > before
    assert len(world.asked) == len(set(world.asked)), "no request twice"


def test_only_good_ones_are_ever_offered(tmp_path: Path) -> None:
    useless = [kind for kind in USELESS if kind != "losing"]
    found, _ = searched(tmp_path, "bad", *useless, rounds=len(useless) - 1)
    assert (found.text, found.saved, found.comparison) == (None, None, None)
    fates = [one.fate for one in found.tried]
    for part in ("is empty", "same as", "no instruction", "refused", "characters", "{topic}", "not_json"):
        assert any(part in fate for fate in fates), part


@pytest.mark.parametrize("kind", ["unknown", "long"])
def test_what_can_be_corrected_is_said_once(tmp_path: Path, kind: str) -> None:
    found, world = searched(tmp_path, kind, rounds=1)
    assert found.text is None
    assert ["can't be used" in feedback_text for feedback_text in world.feedback] == [False, True]


def test_a_lost_variable_is_put_back(tmp_path: Path) -> None:
    found, _ = searched(tmp_path, "losing", rounds=6)
    assert found.text is not None
    assert found.text.endswith("\n\n{text}")


@pytest.mark.slow
def test_the_judging_half_never_reaches_the_teacher(tmp_path: Path) -> None:
    for seed in range(3):
        done = trial(seed, tmp_path / str(seed))
        assert done.judged
        assert done.world.feedback
        assert [text for text in done.judged for feedback_text in done.world.feedback if text in feedback_text] == []


def test_the_judging_half_is_asked_about_once_with_the_base_and_once_with_the_finalist(tmp_path: Path) -> None:
    found, world = searched(tmp_path, "good", rounds=8)
    assert found.halves is not None
    learnt = sum(one.tasks for one in found.tried)
    assert len(world.asked) <= len(found.halves.learn) + learnt + 2 * len(found.halves.judge)
    nothing, world = searched(tmp_path / "none", "empty")
    assert nothing.halves is not None
    assert len(world.asked) == len(nothing.halves.learn), "nothing to judge, nothing asked"


@pytest.mark.slow
def test_again_it_repeats_nothing_and_finds_the_same(tmp_path: Path) -> None:
    first, _ = searched(tmp_path, *KINDS, rounds=8)
    again, world = searched(tmp_path, *KINDS, rounds=8)
    assert (world.asked, world.feedback) == ([], [])
    assert (again.text, again.tried, again.verdict) == (first.text, first.tried, first.verdict)
    assert again.run.id != first.run.id, "a search that came to its end is not begun again"


@pytest.mark.slow
def test_what_is_not_better_is_saved_only_if_wished(tmp_path: Path) -> None:
    found, _ = searched(tmp_path, "uneven", "good", rounds=2)
    assert found.text is not None
    assert (found.verdict, found.saved) == ("not decided", None)
    again, world = searched(tmp_path, "uneven", "good", rounds=2, anyway=True)
    assert world.asked == []
    assert again.saved is not None
    assert "not decided" in again.saved.note


def test_without_ground_truth_it_drafts_and_says_it_is_unchecked(tmp_path: Path) -> None:
    world = ScriptedModels(["good"])
    made = app(tmp_path, world, [])
    found = made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER)))
    assert found.text is not None
    assert (found.verdict, found.saved, found.halves) == (None, None, None)
    assert "Nobody knows the right answers" in world.feedback[0]
    assert messages()[100].text in world.feedback[0]
    kept = made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER), anyway=True))
    assert kept.saved is not None
    assert kept.saved.note == "topic@1 rewritten by scripted-teacher, not checked"
    assert len(world.feedback) == 1


@pytest.mark.parametrize("truths", [TRUTHS[:4], [t for t in TRUTHS if t.topic == "Refund"]], ids=["few", "one class"])
def test_ground_truths_that_can_not_judge_are_refused_before_anything_is_asked(
    tmp_path: Path, truths: Sequence[LabelledText]
) -> None:
    world = ScriptedModels(["good"])
    with pytest.raises(SubsetError, match=rf"at least {FEWEST} are needed: mark about \d+ more|All \d+ ground truths"):
        app(tmp_path, world, truths).enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER)))
    assert (world.asked, world.feedback) == ([], [])


class Spender(ScriptedModels):
    """Notes what is paid, and answers nothing any more from the request `dies` on."""

    def __init__(self, kinds: tuple[str, ...], dies: int | None = None) -> None:
        super().__init__(kinds)
        self.usd = 0.0
        self.dies = dies

    async def complete(self, request: ChatRequest, attempt: int) -> Completion:
        if self.dies is not None and len(self.asked) + len(self.feedback) >= self.dies:
            raise ProviderError("It is gone.")
        found = await super().complete(request, attempt)
        self.usd += (found.prompt_tokens * PRICES["price_in"] + found.completion_tokens * PRICES["price_out"]) / 1e6
        return found


@pytest.mark.slow
def test_the_budget_holds_for_teacher_and_model_together(tmp_path: Path) -> None:
    budget = 0.08
    world = Spender(("good",))
    made = app(tmp_path, world, concurrency=4, **PRICES)
    for _ in range(2):
        with pytest.raises(OverBudget, match=f"at its budget of {budget:g} USD; .* with a larger budget"):
            made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 8), budget))
    (status,) = made.runs()
    assert (status.run.status, status.run.reason) == ("canceled", "budget")
    assert status.counts.spent_usd == pytest.approx(world.usd)
    assert 0 < world.usd <= budget
    found = made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 8), 1.0))
    assert found.verdict == "better"
    assert found.run.id == status.run.id, "a larger budget continues it"
    assert found.cost.spent == pytest.approx(world.usd)


def test_a_budget_needs_the_prices_of_both(tmp_path: Path) -> None:
    world = ScriptedModels(["good"])
    made = app(tmp_path, world, openai_model="gpt-4o-mini")
    with pytest.raises(SettingsError, match=f"price of model '{TEACHER}' is unknown"):
        made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER), 1.0))
    assert world.asked == []


@pytest.mark.slow
def test_stopped_in_the_middle_and_begun_again_it_repeats_no_request(tmp_path: Path) -> None:
    whole, alone = searched(tmp_path / "whole", *KINDS, rounds=6)
    total = len(alone.asked) + len(alone.feedback)
    asked: list[str] = []
    for dies in (30, 60, None):
        world = Spender(tuple(KINDS), dies)
        made = app(tmp_path / "parts", world, concurrency=1)
        with nullcontext() if dies is None else pytest.raises(ProviderError):
            found = made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 6)))
        asked += world.asked + world.feedback
    assert found.text == whole.text
    assert len(made.runs()) == 1, "it continues the same run"
    assert (len(asked), len(set(asked))) == (total, total)


def test_a_search_that_is_stopped_counts_towards_the_limit_of_the_day(tmp_path: Path) -> None:
    world = Spender(("good",), dies=10)
    made = app(tmp_path, world, concurrency=1, max_usd_per_day=2.0, **PRICES)
    day, before = some(made.container.daily_limit).budget_ledger(), 0.0
    for dies in (10, 20):
        world.dies = dies
        with pytest.raises(ProviderError):
            made.enhance_within_day("topic@1", OptimizerOptions(SearchOptions(TEACHER)))
        assert world.usd > before, "it went on"
        assert day.left() == pytest.approx(2.0 - world.usd)
        (status,) = made.runs()
        assert status.run.budget == pytest.approx(before + (2.0 - before) / 2), "half of what the day left"
        before = world.usd
    assert made.run_ids([status.run.id])[status.run.id].user_email == made.person.email


def test_a_search_is_continued_by_the_same_search(tmp_path: Path) -> None:
    found, _ = searched(tmp_path, "empty")
    made = app(tmp_path, ScriptedModels(["empty"]))
    for call in (made.resume, made.retry):
        with pytest.raises(RunError, match="Begin the same search again to continue it"):
            call(found.run.id)


def test_a_versions_own_examples_may_teach_but_do_not_judge(tmp_path: Path) -> None:
    made = in_process(tmp_path, InboxStudio(TRUTHS, messages()[100:]), ScriptedModels(["good"]))
    base = made.save(replace(draft(), examples=Examples(8))).version
    found = made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 2)))
    assert base.examples is not None
    assert found.halves is not None
    shown = {one.values["text"] for one in base.examples.pool}
    assert {item.task.data["text"] for item in found.halves.learn} & shown
    assert {item.task.data["text"] for item in found.halves.judge}.isdisjoint(shown)
    made.save(replace(draft(), name="all", examples=Examples(8, split=None)))
    with pytest.raises(SubsetError, match="0 ground truths to evaluate on"):
        made.enhance("all@1", OptimizerOptions(SearchOptions(TEACHER, 2)))


def test_who_is_slow_is_named_regularly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search is silent while it waits; whoever started it must see for whom."""
    told: list[str] = []

    class Slow(ScriptedModels):
        async def complete(self, request: ChatRequest, attempt: int) -> Completion:
            await asyncio.sleep(0.03)
            return await super().complete(request, attempt)

    class Hearing(Silent):
        def notify(self, sentence: str) -> None:
            told.append(sentence)

    monkeypatch.setattr(waiting, "EVERY_S", 0.01)
    app(tmp_path, Slow(["good"])).enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 2)), Hearing())
    assert any(
        said.startswith(f"Waiting for the teacher {TEACHER} to rewrite the prompt (its request 1), ") for said in told
    )
    assert any(" tasks with the prompt, " in said for said in told)
    assert any(" with a rewrite, " in said for said in told)


def test_a_budget_can_be_kept_where_nothing_costs_anything(tmp_path: Path) -> None:
    """A model on a machine of one's own: its price is 0 once it is said, and the documented command works."""
    world = ScriptedModels(("good",))
    found = app(tmp_path, world, price_in=0.0, price_out=0.0).enhance(
        "topic@1", OptimizerOptions(SearchOptions(TEACHER, 4), budget=2.0)
    )
    assert found.verdict == "better"
    assert (found.cost.model, found.cost.teacher, found.cost.spent) == (0, 0, 0)


@pytest.mark.parametrize("silent", [False, True], ids=["noticed meanwhile", "noticed at its end"])
def test_a_search_that_another_process_took_over_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    class Suspended(ScriptedModels):
        async def complete(self, request: ChatRequest, attempt: int) -> Completion:
            record = made.container.run_store
            run = record.runs("topic@1")[0]
            if run.worker != "another:1":
                record.reopen(run.id)
                assert record.claim(run.id, "another:1")
            if not silent:
                await asyncio.sleep(0.03)
            return await super().complete(request, attempt)

    monkeypatch.setattr(heartbeat, "EVERY_S", 3600 if silent else 0.01)
    made = app(tmp_path, Suspended(["good"]))
    with pytest.raises(TakenOver):
        made.enhance("topic@1", OptimizerOptions(SearchOptions(TEACHER, 2)))
    run = made.container.run_store.runs("topic@1")[0]
    assert (run.status, run.worker) == ("in_progress", "another:1")
