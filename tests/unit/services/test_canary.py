"""A canary: which requests it asks again, what it compares, and that stored answers stay."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from backend.adapters.database.canaries import CanaryStore
from backend.adapters.database.prompts import Store
from backend.domain.canary import Canary
from backend.domain.outcome import Failure
from backend.domain.task import Task
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.errors import RunError, SettingsError
from backend.services.canary import CanaryPlan, CanaryResult, CanaryRunner
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.runs.task_labeler import TaskLabeler
from tests.labelled_project import PROJECT, URL, LabelledProject
from tests.scripted import ScriptedModel, answer, at

GOOD, BAD = answer(mood="Good"), answer(mood="Bad")


class CanaryProject:
    """A project of which a version answered "Good" to everything, and a model that is asked again."""

    def __init__(self, store: Store, replies: Sequence[Any], tasks: int = 6) -> None:
        self.project, self.model = LabelledProject(store, tasks=tasks), ScriptedModel(replies)
        self.store = store
        self.version: ResolvedVersion = self.project.saved()
        self.project.run(self.version, dict.fromkeys(range(1, tasks + 1), "Good"))

    def executor(self, _run: Any = None, *, project: int | None = None, connection: str = "") -> RequestExecutor:
        assert project == PROJECT
        return RequestExecutor(StoredModel(self.model, partial(self.store.add_completions, project=project)), 1)

    @property
    def runner(self) -> CanaryRunner:
        parts: Any = (self.store, self.project.run_store, self.executor, None, at(URL), self.project.price)
        return CanaryRunner(self.project.studio, TaskLabeler(*parts), CanaryStore(self.store))

    def plan(self, budget: float | None = None) -> CanaryPlan:
        return self.runner.plan(self.version, budget)

    def result(self) -> CanaryResult:
        return self.runner.ask(self.plan())

    def answers(self) -> dict[str, list[str]]:
        """Digest of each stored request -> the texts of its answers."""
        names = [one.request.digest for one in self.plan().requests]
        return {name: [one.text for one in given] for name, given in self.store.completions(names).items()}


def test_an_unchanged_model_is_asked_once_and_stored_answers_stay(store: Store) -> None:
    asked = CanaryProject(store, [GOOD])
    before = asked.answers()
    result = asked.result()
    assert (result.canary, result.unanswered) == (Canary(6, 0), 0)
    assert len(asked.model.requests) == 6
    assert asked.answers() == before == {name: [GOOD] for name in before}
    newest = CanaryStore(store).newest(asked.version.version)
    assert newest is not None
    assert newest.result == result.canary


def test_a_changed_model_is_asked_twice(store: Store) -> None:
    asked = CanaryProject(store, [BAD])
    assert asked.result().canary == Canary(6, 6, 6, 0)
    assert len(asked.model.requests) == 12
    assert len({request.digest for request in asked.model.requests}) == 12, "all of them are facts of their own"


def test_answers_that_cannot_be_used_are_the_same(store: Store) -> None:
    asked = CanaryProject(store, [BAD] * 5 + ["hm"] + [GOOD] * 3 + ["hm", BAD, "no"])
    assert asked.result().canary == Canary(6, 6, 2, 3)


def test_the_model_is_never_asked_a_third_time_for_a_usable_answer(store: Store) -> None:
    asked = CanaryProject(store, ["hm"], tasks=2)
    assert asked.result().canary == Canary(2, 2)
    assert len(asked.model.requests) == 2


def test_requests_without_an_answer_do_not_count(store: Store) -> None:
    refused = Failure("bad_request", "No.")
    result = CanaryProject(store, [refused, GOOD, BAD, GOOD]).result()
    assert (result.canary, result.unanswered) == (Canary(5, 1), 1)
    with pytest.raises(RunError, match="None of 6 requests was answered"):
        CanaryProject(store, [refused]).result()


def test_the_price_is_known_before(store: Store) -> None:
    plan = CanaryProject(store, [GOOD]).plan()
    assert (len(plan.requests), plan.usd) == (6, 60.0)


def test_a_budget_is_kept_before_anything_is_asked(store: Store) -> None:
    asked = CanaryProject(store, [GOOD])
    with pytest.raises(RunError, match=r"might cost up to .* nothing was asked"):
        asked.plan(budget=100.0)
    assert len(asked.plan(budget=1e6).requests) == 6
    unknown = asked.project.saved("What about {text}?", model="unknown")
    with pytest.raises(SettingsError, match="price of model 'unknown' is unknown"):
        asked.runner.plan(unknown, 1.0)


def test_only_requests_that_are_the_same_now_are_asked(store: Store) -> None:
    asked = CanaryProject(store, [GOOD], tasks=2)
    asked.project.fake.by_id[1] = Task(1, {"text": "something else"})
    assert len(asked.plan().requests) == 1
    nothing = asked.project.saved("What about {text}?")
    with pytest.raises(RunError, match="no stored answer whose request would be the same"):
        asked.runner.plan(nothing)
