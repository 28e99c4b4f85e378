"""Answers from outside: one of each person about each task, the newest shown, gone with their run."""

from backend.adapters.database.outside_answers import OutsideAnswerStore
from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from backend.domain.outside_answer import OutsideAnswer
from backend.domain.person import Person
from tests.scripted import version

ANN, BOB = Person(1, "ann@example.com"), Person(2, "bob@example.com")


def test_the_newest_answer_about_a_task_counts(store: Store) -> None:
    store.save(version(name="mood", project=7))
    run = RunStore(store).create(NewRun("mood@1", 7, Subset("all"))).id
    outside = OutsideAnswerStore(store)
    outside.add(run, [], ANN)
    assert outside.of(run) == []
    outside.add(run, [OutsideAnswer(4, {"mood": "Good"}, cost_usd=0.5), OutsideAnswer(3, {"mood": "\ud800"})], ANN)
    outside.add(run, [OutsideAnswer(4, None, Failure("Timeout", "It took too long."))], BOB)
    third, fourth = outside.of(run)
    assert (third.task_id, third.output, third.user_email) == (3, {"mood": "\ud800"}, ANN.email)
    assert (fourth.output, fourth.failure, fourth.user_id) == (None, Failure("Timeout", "It took too long."), 2)
    outside.add(run, [OutsideAnswer(4, {"mood": "Bad"})], ANN)
    assert (outside.of(run)[1].output, outside.of(run)[1].cost_usd) == ({"mood": "Bad"}, None)
    store.delete("mood")
    assert outside.of(run) == []
