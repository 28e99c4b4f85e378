"""What became of tasks is read from stored answers, and from Label Studio only where no answer can be read without."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs.run_tasks import SECOND, RunTask
from backend.adapters.database.runs.runs import NewRun
from backend.domain.answer import Labels
from backend.domain.cascade import Cascade
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import DeferredConfidence, Failure, Outcome, Rejection
from backend.domain.task import Task
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.run_control.progress import Silent
from backend.services.runs.options import Findings
from tests.labelled_project import PROJECT, LabelledProject
from tests.scripted import choices, completion, tokens

AWAY = Failure("server", "It failed.")
OWN_CHOICES = '<View><Text name="text" value="$text"/><Choices name="mood" toName="text" value="$options"/></View>'


def flat(pages: Iterable[list[Outcome]]) -> dict[int, Outcome]:
    return {outcome.task_id: outcome for page in pages for outcome in page}


def labels(pages: Iterable[list[Outcome]]) -> dict[int, Any]:
    """Task -> its label, or the kind of what stands in its place."""
    return {task: label_of(outcome) for task, outcome in flat(pages).items()}


def label_of(outcome: Outcome) -> str:
    if outcome.answer is None:
        verdict = outcome.verdict
        return verdict.kind if isinstance(verdict, Failure) else getattr(verdict, "reason", "")
    value = outcome.answer["mood"]
    assert isinstance(value, Labels)
    return ",".join(value.names)


def test_each_task_has_an_answer_an_unusable_one_or_a_failure(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    project.run(mood, {1: "Good", 2: "I would say {", 3: AWAY})
    outcomes = flat(project.stored.of_version(mood))
    assert labels([list(outcomes.values())]) == {1: "Good", 2: "not_json", 3: "server"}
    assert isinstance(outcomes[2].verdict, Rejection)
    assert outcomes[3].digest is not None
    assert outcomes[1].usage.cost_usd == 10
    assert project.fake.read == [], "Label Studio is not asked"


def test_the_newest_run_of_a_version_counts_and_each_run_keeps_its_own(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    first = project.run(mood, {1: AWAY, 2: AWAY})
    second = project.run(mood, {1: "Good"})
    assert labels(project.stored.of_version(mood)) == {1: "Good", 2: "server"}
    assert labels(project.stored.of_version(mood, {2})) == {2: "server"}
    assert labels(project.stored.of_run(second, mood)) == {1: "Good"}
    assert labels(project.stored.of_run(first, mood)) == {1: "Good", 2: "server"}, "the answer came later, for the same"


def test_outcomes_that_pass_by_leave_their_confidences_to_who_asks(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    run = project.run(mood, {1: "Good", 2: "Bad"})
    kept, passing = (flat(project.stored.of_run(run, mood, passing=only)) for only in (False, True))
    assert kept == passing
    assert not isinstance(kept[1].confidences, DeferredConfidence)
    assert isinstance(passing[1].confidences, DeferredConfidence)
    findings = Findings({1}, Silent())
    findings.read(list(passing.values()))
    assert findings.total.tasks == 2
    assert findings.judged == [kept[1]]
    assert not isinstance(findings.judged[0].confidences, DeferredConfidence)


def test_a_task_that_was_only_planned_has_no_outcome(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    run = project.run(mood, {1: "Good"})
    project.run_store.run_tasks.note(run.id, [RunTask(2, "e" * 64)])
    assert labels(project.stored.of_run(run, mood)) == {1: "Good"}


def test_what_was_sent_and_what_was_there_before(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    sent = flat(project.stored.of_run(project.run(mood, {1: "Good"}), mood))[1]
    assert (sent.sent, sent.reused) == (1, False)
    again = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    project.run_store.run_tasks.note(again.id, [RunTask(1, sent.digest), RunTask(2, None, AWAY)])
    outcomes = flat(project.stored.of_run(again, mood))
    assert (outcomes[1].sent, outcomes[1].reused) == (0, True)
    assert (outcomes[2].sent, outcomes[2].reused) == (0, False), "no answer was there"


def test_the_servers_that_were_asked(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    for server in ("http://b.test/v1", "http://a.test/v1", "http://b.test/v1"):
        project.run(mood, {1: "Good"}, server)
    assert project.stored.servers(mood.version.tag) == ("http://a.test/v1", "http://b.test/v1")


def test_several_samples_are_a_vote_once_all_are_there(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved(confidence="samples:3")
    request: Any = project.builder(mood).request(project.fake.by_id[1])
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    project.run_store.run_tasks.note(run.id, [RunTask(1, request.digest)])
    said = ("Bad", "Good", "Good")
    for sample, label in zip(request.samples, said, strict=True):
        assert labels(project.stored.of_run(run, mood)) == {}
        store.add_completions([completion(f'{{"mood": "{label}"}}', sample.digest)])
    outcome = flat(project.stored.of_run(run, mood))[1]
    assert (label_of(outcome), outcome.confidence) == ("Good", 2 / 3)


def cascade(project: LabelledProject, below: float = 0.9) -> ResolvedVersion:
    return project.saved(cascade=Cascade("big-model", below=below))


def test_an_unsure_answer_goes_on_to_the_second_model_at_the_cost_of_both(store: Store) -> None:
    project = LabelledProject(store)
    mood = cascade(project)
    request: Any = project.builder(mood).request(project.fake.by_id[1])
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    project.run_store.run_tasks.note(run.id, [RunTask(1, request.digest, then_digest=request.then.digest)])
    first = tokens(('{"mood": "', 1.0), ("Bad", 0.6), ('"}', 1.0))
    store.add_completions([replace(first, digest=request.digest)])
    assert labels(project.stored.of_run(run, mood)) == {}, "the second one has not answered yet"
    store.add_completions([completion('{"mood": "Good"}', request.then.digest, prompt_tokens=30)])
    outcome = flat(project.stored.of_run(run, mood))[1]
    assert (label_of(outcome), outcome.usage.cost_usd) == ("Good", 40)
    assert outcome.first is not None
    assert label_of(outcome.first) == "Bad"


def test_a_sure_answer_of_the_first_model_is_kept(store: Store) -> None:
    project = LabelledProject(store)
    mood = cascade(project, below=0.5)
    request: Any = project.builder(mood).request(project.fake.by_id[1])
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    project.run_store.run_tasks.note(run.id, [RunTask(1, request.digest, then_digest=request.then.digest)])
    sure = tokens(('{"mood": "', 1.0), ("Bad", 0.99), ('"}', 1.0))
    store.add_completions([replace(sure, digest=request.digest)])
    outcome = flat(project.stored.of_run(run, mood))[1]
    assert (label_of(outcome), outcome.first) == ("Bad", None)


def test_a_failure_of_the_first_model_leads_on_and_one_of_the_second_is_the_end(store: Store) -> None:
    project = LabelledProject(store)
    mood = cascade(project)
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    for number in (1, 2):
        request: Any = project.builder(mood).request(project.fake.by_id[number])
        trouble = AWAY if number == 2 else None
        steps = {"then_digest": request.then.digest, "step": SECOND, "first_failure": "timeout"}
        project.run_store.run_tasks.note(run.id, [RunTask(number, request.digest, trouble, **steps)])
        if number == 1:
            store.add_completions([completion('{"mood": "Good"}', request.then.digest)])
    outcomes = flat(project.stored.of_run(run, mood))
    assert {task: label_of(outcome) for task, outcome in outcomes.items()} == {1: "Good", 2: "server"}
    assert [label_of(outcome.first) for outcome in outcomes.values() if outcome.first] == ["timeout", "timeout"]


def test_the_answers_of_each_model_of_a_cascade_whoever_asked_for_them(store: Store) -> None:
    project = LabelledProject(store)
    mood = cascade(project, below=0.5)
    run = project.run_store.create(NewRun(mood.version.tag, PROJECT, Subset("all")))
    for number in (1, 2, 3):
        request: Any = project.builder(mood).request(project.fake.by_id[number])
        failed: Any = {"failure": AWAY, "step": SECOND, "first_failure": "timeout"} if number == 3 else {}
        project.run_store.run_tasks.note(
            run.id, [RunTask(number, request.digest, then_digest=request.then.digest, **failed)]
        )
        sure = tokens(('{"mood": "', 1.0), ("Bad", 0.99), ('"}', 1.0))
        if number < 3:
            store.add_completions([replace(sure, digest=request.digest)])
        if number == 1:
            store.add_completions([completion('{"mood": "Good"}', request.then.digest)])
    first, second = project.stored.of_steps(mood, {1, 2, 3})
    assert {task: label_of(outcome) for task, outcome in first.items()} == {1: "Bad", 2: "Bad", 3: "timeout"}
    assert {task: label_of(outcome) for task, outcome in second.items()} == {1: "Good", 3: "server"}
    assert project.stored.of_steps(mood, {2}) == ({2: first[2]}, {})


def test_choices_of_the_task_are_read_with_the_task(store: Store) -> None:
    project = LabelledProject(store, config=OWN_CHOICES)
    options = [{"value": "Fine"}, {"value": "Poor"}]
    project.fake.by_id = {number: Task(number, {"text": "t", "options": options}) for number in (1, 2, 3)}
    mood = project.saved("How is {text}?")
    project.run(mood, {1: "Fine", 2: "Poor", 3: "Fine"})
    project.fake.by_id[2] = Task(2, {"text": "t", "options": "none"})
    del project.fake.by_id[3]
    found = labels(project.stored.of_version(mood))
    assert (found[1], 3 in found) == ("Fine", False)
    assert found[2] == "bad_task", "its choices cannot be read any more"
    assert project.fake.read == [[1, 2, 3]]


def test_answers_from_before_a_change_of_the_config_say_what_is_left_of_them(store: Store) -> None:
    project = LabelledProject(store)
    mood = project.saved()
    project.run(mood, {1: "Good"})
    renamed = replace(choices("Fine", "Bad"), renames={"mood": {"Good": "Fine"}})
    now = replace(mood, schema=renamed, origin=mood.schema)
    assert labels(project.stored.of_version(now)) == {1: "Fine"}
    assert labels(project.stored.of_version(mood)) == {1: "Good"}
