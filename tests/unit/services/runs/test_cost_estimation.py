"""What a run would take: tasks that are answered cost nothing, and what is known of like requests bounds the rest."""

from collections.abc import Sequence
from typing import Any

import pytest

from backend.adapters.database.prompts import Store
from backend.domain.chat.request import ChatRequest
from backend.domain.connections.connection import DEFAULT
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from backend.domain.runs.cost_estimate import COMPLETION_TOKENS, prompt_of, schema_of
from backend.domain.task import Task
from backend.engine.request_executor import RequestExecutor
from backend.engine.stored_model import StoredModel
from backend.errors import SubsetError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.prompts.versions import Prompts
from backend.services.runs.cost_estimation import MOST_PROBED, CostEstimator
from backend.services.runs.task_labeler import TaskLabeler
from tests.labelled_project import PROJECT, URL, LabelledProject
from tests.scripted import GOOD, Reply, ScriptedModel, at, completion

ALL = Subset("all")


class Estimating:
    """A project, and a model that answers probes; its prices are a dollar a prompt token."""

    def __init__(self, store: Store, tasks: int = 4, replies: Sequence[Reply] = (GOOD,)) -> None:
        self.project = LabelledProject(store, tasks)
        self.asker = ScriptedModel(lambda request, attempt: replies[len(self.asker.requests) % len(replies)])
        self.labeler = TaskLabeler(
            store, self.project.run_store, self.executor, lambda _: [], at(URL), self.project.price
        )

    def executor(self, run: object = None, *, project: int | None = None, connection: str = DEFAULT) -> RequestExecutor:
        assert (run, project) == (None, PROJECT)
        return RequestExecutor(StoredModel(self.asker, self.project.store.add_completions), 4)

    def estimator(self, of: ResolvedVersion, **how: Any) -> CostEstimator:
        return CostEstimator(self.project.studio, Prompts(self.project.store), self.labeler, of, **how)

    def sizes(self, of: ResolvedVersion, *tasks: int) -> tuple[int, int]:
        """Characters of the prompts and of the schemas of these tasks."""
        requests = [self.project.builder(of).request(self.project.fake.by_id[task]) for task in tasks]
        asked = [request for request in requests if isinstance(request, ChatRequest)]
        assert len(asked) == len(tasks)
        return sum(len(prompt_of(r)) for r in asked), sum(len(schema_of(r)) for r in asked)


@pytest.fixture
def here(store: Store) -> Estimating:
    return Estimating(store)


def test_where_nothing_is_known_the_range_is_wide(here: Estimating) -> None:
    mood = here.project.saved()
    told = here.estimator(mood).estimate(ALL)
    prompts, schemas = here.sizes(mood, 1, 2, 3, 4)
    assert (told.tasks, told.reused) == (4, 0)
    assert told.prompt_tokens == (round(prompts / 5), round((prompts + schemas) / 2))
    assert told.completion_tokens == tuple(round(4 * each) for each in COMPLETION_TOKENS)
    assert told.tokenizer == "default: 2 to 5 characters per token"
    assert here.asker.requests == []


def test_the_cost_is_that_of_requests_of_average_size(here: Estimating) -> None:
    told = here.estimator(here.project.saved()).estimate(ALL)
    assert told.prompt_tokens is not None
    assert told.cost_usd == tuple(4 * round(tokens / 4) for tokens in told.prompt_tokens)
    unknown = here.estimator(here.project.saved(model="unknown")).estimate(ALL)
    assert (unknown.cost_usd, unknown.tasks) == (None, 4)


def test_answered_tasks_are_reused_and_say_what_the_rest_takes(here: Estimating) -> None:
    mood = here.project.saved()
    here.project.run(mood, {1: "Good", 2: "Bad"}, prompt_tokens=100, completion_tokens=7)
    told = here.estimator(mood).estimate(ALL)
    assert (told.tasks, told.reused, told.completion_tokens) == (4, 2, (14, 14))
    assert told.prompt_tokens is not None
    assert told.prompt_tokens[1] == pytest.approx(200, abs=10), "its requests are of one size"
    assert told.tokenizer.startswith("calibrated on 2 stored answers: ")


def test_when_all_are_answered_nothing_is_left_to_pay(here: Estimating) -> None:
    mood = here.project.saved()
    here.project.run(mood, dict.fromkeys((1, 2, 3, 4), "Good"))
    told = here.estimator(mood).estimate(ALL)
    assert (told.reused, told.prompt_tokens, told.completion_tokens, told.cost_usd) == (4, (0, 0), (0, 0), (0.0, 0.0))


def test_an_answer_without_counts_says_nothing(here: Estimating) -> None:
    mood = here.project.saved()
    here.project.run(mood, {1: "Good"}, prompt_tokens=0, completion_tokens=0)
    told = here.estimator(mood).estimate(ALL)
    assert (told.reused, told.tokenizer) == (1, "default: 2 to 5 characters per token")


def test_earlier_answers_about_other_tasks_count(here: Estimating) -> None:
    mood = here.project.saved()
    here.project.run(mood, {1: "Good"}, completion_tokens=9)
    told = here.estimator(mood).estimate(Subset("ids", ids=(2, 3)))
    assert (told.tasks, told.reused, told.completion_tokens) == (2, 0, (18, 18))


def test_other_versions_with_this_model_say_how_long_tokens_are(here: Estimating) -> None:
    first = here.project.saved()
    here.project.run(first, {1: "Good"}, completion_tokens=9)
    same = here.estimator(here.project.saved("What is {text} like?")).estimate(ALL)
    assert same.tokenizer.startswith("calibrated on 1 stored answers: ")
    assert same.completion_tokens == tuple(round(4 * each) for each in COMPLETION_TOKENS), "answers may be longer"
    other = here.estimator(here.project.saved(model="another")).estimate(ALL)
    assert other.tokenizer.startswith("default")


def test_cached_tokens_make_the_lower_end_cheaper(here: Estimating) -> None:
    mood = here.project.saved()
    here.project.run(mood, {1: "Good"}, prompt_tokens=100, cached_tokens=50)
    here.labeler = TaskLabeler(
        here.project.store,
        here.project.run_store,
        here.executor,
        lambda _: [],
        at(URL),
        lambda *_: lambda prompt, cached, _completion: float(prompt - cached),
    )
    told = here.estimator(mood).estimate(ALL)
    assert told.cost_usd is not None
    assert told.cost_usd[0] == pytest.approx(told.cost_usd[1] / 2, abs=2)


def test_equal_questions_are_asked_once(here: Estimating) -> None:
    here.project.fake.by_id = {number: Task(number, {"text": "the same"}) for number in range(1, 5)}
    mood = here.project.saved()
    told = here.estimator(mood).estimate(ALL)
    prompts, schemas = here.sizes(mood, 1)
    assert (told.tasks, told.prompt_tokens) == (4, (round(prompts / 5), round((prompts + schemas) / 2)))


def test_tasks_that_cannot_be_asked_about_cost_nothing(here: Estimating) -> None:
    here.project.fake.by_id[2] = Task(2, {})
    mood = here.project.saved()
    told = here.estimator(mood).estimate(ALL)
    assert (told.tasks, told.prompt_tokens) == (
        4,
        (round(here.sizes(mood, 1, 3, 4)[0] / 5), _most(here, mood, 1, 3, 4)),
    )


def _most(here: Estimating, mood: ResolvedVersion, *tasks: int) -> int:
    return round(sum(here.sizes(mood, *tasks)) / 2)


def test_each_sample_is_a_request_and_those_that_are_there_are_not_asked(here: Estimating) -> None:
    mood = here.project.saved(confidence="samples:3")
    one = here.estimator(mood).estimate(Subset("ids", ids=(1,)))
    prompts, schemas = here.sizes(mood, 1)
    assert one.prompt_tokens == (round(3 * prompts / 5), round(3 * (prompts + schemas) / 2))
    request: Any = here.project.builder(mood).request(here.project.fake.by_id[1])
    here.project.store.add_completions([completion(GOOD, request.samples[1].digest)])
    two = here.estimator(mood).estimate(Subset("ids", ids=(1,)))
    assert two.prompt_tokens == (round(2 * prompts / 5), round(2 * (prompts + schemas) / 2))
    assert two.reused == 0


def test_only_requests_that_are_selected_count(here: Estimating) -> None:
    told = here.estimator(here.project.saved(), select=lambda tasks, requests: requests[:1]).estimate(ALL)
    assert told.tasks == 1


def test_a_probe_is_asked_stored_and_reused(here: Estimating) -> None:
    mood = here.project.saved()
    told = here.estimator(mood).estimate(ALL, probe=3)
    assert len(here.asker.requests) == 3
    assert (told.tasks, told.reused, told.completion_tokens) == (4, 3, (5, 5))
    assert told.tokenizer.startswith("calibrated on 3 stored answers")
    again = here.estimator(mood).estimate(ALL)
    assert (again.reused, again.completion_tokens) == (3, (5, 5))
    assert len(here.asker.requests) == 3, "its answers are free from now on"


def test_a_larger_probe_than_there_are_tasks_takes_all(here: Estimating) -> None:
    told = here.estimator(here.project.saved()).estimate(ALL, probe=50)
    assert (told.reused, told.prompt_tokens, told.cost_usd) == (4, (0, 0), (0.0, 0.0))


def test_a_probe_that_failed_leaves_its_tasks_to_be_asked(store: Store) -> None:
    here = Estimating(store, replies=(Failure("bad_request", "No."), GOOD))
    told = here.estimator(here.project.saved()).estimate(ALL, probe=4)
    assert (told.tasks, told.reused) == (4, 2)
    assert told.completion_tokens == (10, 10)


@pytest.mark.parametrize("probe", [-1, MOST_PROBED + 1])
def test_a_probe_of_no_or_too_many_tasks_is_refused(here: Estimating, probe: int) -> None:
    with pytest.raises(SubsetError, match="A probe needs 1 to 1,000 tasks"):
        here.estimator(here.project.saved()).estimate(ALL, probe)
    assert here.asker.requests == []
