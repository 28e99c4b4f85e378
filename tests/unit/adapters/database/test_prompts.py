"""The database: prompts, versions and completions. Facts are stored exactly, once, and found again."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.database.prompts import Store
from backend.adapters.database.retry import PATIENT
from backend.adapters.database.runs.run_tasks import RunTask
from backend.adapters.database.runs.runs import NewRun, RunStore
from backend.domain.dataset.subset import Subset
from backend.domain.prompts.examples import Example, Examples
from backend.domain.prompts.version import PromptVersion
from backend.errors import PromptError, StoreError
from tests.scripted import any_text, completion, version

HOSTILE = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "😀",
    "e\u0301",
    "\u202e",
    "'; DROP TABLE completions; --",
    "%s {x} :y ?",
    "",
]


def saved(store: Store, **changed: Any) -> PromptVersion:
    return store.save(version(**changed))[0]


def test_the_first_version_is_one_and_the_next_is_two(store: Store) -> None:
    first, new = store.save(version("Is {text} good?"))
    assert (first.tag, new) == ("mood@1", True)
    assert first.created.endswith("+00:00")
    second, new = store.save(version("Is {text} bad?"))
    assert (second.tag, new) == ("mood@2", True)


def test_unchanged_content_is_the_version_there_is(store: Store) -> None:
    first = saved(store, note="first")
    assert store.save(version(note="another note")) == (first, False)
    saved(store, template="Another {text}")
    assert store.save(version()) == (first, False)
    assert len(store.versions("mood")) == 2


def test_everything_of_a_version_comes_back(store: Store) -> None:
    hostile = " ".join(HOSTILE) + "{text}"
    stored = saved(
        store, template=hostile, note=hostile, parameters={"stop": ["\x00\ud800"], "x": {"y": [1, None, 0.1]}}
    )
    assert store.version("mood", 1) == stored
    assert stored.template == stored.note == hostile
    assert store.versions() == [stored]


def test_examples_come_back_and_make_another_version(store: Store) -> None:
    pool = (Example(3, {"text": HOSTILE[1]}, {"mood": ["Good"]}), Example(None, {"text": HOSTILE[2]}, {"mood": None}))
    shown = saved(store, examples=Examples(1, "similar", pool, "some-model"))
    assert store.version("mood", 1) == shown
    assert saved(store, examples=Examples(2, "similar", pool, "some-model")).number == 2
    assert store.save(version(examples=Examples(1, "similar", pool, "some-model"))) == (shown, False)


def test_definitions_come_back_and_make_another_version(store: Store) -> None:
    defined = saved(store, definitions={"mood": {"Good": HOSTILE[0], "Bad": "no"}})
    assert store.version("mood", 1) == defined
    assert store.save(version())[0].tag == "mood@2"
    assert store.version("mood", 2).definitions == {}


def test_a_name_belongs_to_one_project(store: Store) -> None:
    saved(store, project=7)
    with pytest.raises(PromptError, match="belongs to project 7"):
        store.save(version(project=8))
    assert [found.project for found in store.versions()] == [7]


def test_versions_come_by_name_and_number(store: Store) -> None:
    for name, template in [("b", "1 {text}"), ("a", "1 {text}"), ("b", "2 {text}")]:
        saved(store, name=name, template=template)
    assert [found.tag for found in store.versions()] == ["a@1", "b@1", "b@2"]
    assert [found.tag for found in store.versions("b")] == ["b@1", "b@2"]
    assert store.versions("c") == []


def test_ten_come_after_nine(store: Store) -> None:
    for number in range(11):
        saved(store, template=f"{number} {{text}}")
    assert [found.number for found in store.versions("mood")] == list(range(1, 12))


def test_what_is_not_there_is_named_with_what_is_near(store: Store) -> None:
    with pytest.raises(PromptError, match="none is saved yet"):
        store.version("mood", 1)
    saved(store)
    with pytest.raises(PromptError, match=r"no prompt 'mod': did you mean mood\?"):
        store.version("mod", 1)
    with pytest.raises(PromptError, match=r"no version mood@2: did you mean mood@1\?"):
        store.version("mood", 2)


def test_looking_one_version_up_reads_no_other(store: Store) -> None:
    first = saved(store)
    saved(store, template="2 {text}")
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE versions SET template = 'no JSON' WHERE number = 2"))
    assert store.version("mood", 1) == first


def test_what_no_name_can_be_is_not_there_either(store: Store) -> None:
    saved(store)
    for name in ("\ud800", "\x00"):
        with pytest.raises((PromptError, StoreError)):
            store.version(name, 1)


def test_a_prompt_renamed_takes_all_that_is_its_own_along(store: Store) -> None:
    runs = RunStore(store)
    saved(store), saved(store, template="2 {text}")
    saved(store, name="Mood")
    for tag in ("mood@2", "Mood@1", "moody@1"):
        going = runs.create(NewRun(tag, 7, Subset("all"))).id
        if tag == "mood@2":
            runs.finish(going, "completed")
    store.set_connection(7, in_use="mood@2~0a1b")
    store.rename("mood", "feeling")
    assert [found.tag for found in store.versions()] == ["Mood@1", "feeling@1", "feeling@2"]
    assert sorted(run.tag for run in runs.runs()) == ["Mood@1", "feeling@2", "moody@1"]
    assert store.connection(7)["in_use"] == "feeling@2~0a1b"


def test_a_name_that_is_taken_stays_taken(store: Store) -> None:
    saved(store, name="a"), saved(store, name="b")
    RunStore(store).create(NewRun("a@1", 7, Subset("all")))
    with pytest.raises(PromptError, match="'b' already"):
        store.rename("a", "b")
    assert [found.name for found in store.versions()] == ["a", "b"]
    assert [run.tag for run in RunStore(store).runs()] == ["a@1"]


@pytest.mark.parametrize("ended", ["completed", "failed", "canceled"])
def test_a_prompt_keeps_its_name_until_its_runs_have_ended(store: Store, ended: str) -> None:
    saved(store)
    runs = RunStore(store)
    run = runs.create(NewRun("mood@1", 7, Subset("all")))
    with pytest.raises(PromptError, match=f"Run {run.id} of mood@1 has not ended, so the prompt cannot be renamed"):
        store.rename("mood", "feeling")
    store.rename("mood", "mood")
    assert [found.tag for found in store.versions()] == ["mood@1"]
    runs.finish(run.id, ended)
    store.rename("mood", "feeling")
    assert runs.run(run.id).tag == "feeling@1"


def test_renaming_to_the_same_name_changes_nothing(store: Store) -> None:
    saved(store)
    store.rename("mood", "mood")
    assert [found.tag for found in store.versions()] == ["mood@1"]


def test_a_deleted_prompt_is_gone_with_its_runs_and_its_completions_are_not(store: Store) -> None:
    runs = RunStore(store)
    for name in ("mood", "Mood", "mood 2", "m%d"):
        saved(store, name=name)
    for tag in ("mood@1", "Mood@1", "mood 2@1", "m%d@1"):
        runs.run_tasks.note(runs.create(NewRun(tag, 7, Subset("all"))).id, [RunTask(1, "d" * 64)])
    store.add_completions([completion()])
    store.delete("mood")
    store.delete("m%d")
    assert sorted(found.name for found in store.versions()) == ["Mood", "mood 2"]
    assert sorted(run.tag for run in runs.runs()) == ["Mood@1", "mood 2@1"]
    assert list(runs.run_tasks.of_version("mood@1")) == []
    assert store.completions(["d" * 64]) == {"d" * 64: [completion()]}


def test_a_former_name_is_remembered_as_long_as_the_prompt_exists(store: Store) -> None:
    saved(store, name="a"), saved(store, name="other")
    store.rename("a", "b")
    store.rename("b", "c")
    assert saved(store, name="c", template="2 {text}").tags == ("c@2", "a@2", "b@2")
    assert [found.tags for found in store.versions("c")] == [("c@1", "a@1", "b@1"), ("c@2", "a@2", "b@2")]
    assert store.version("other", 1).tags == ("other@1",)
    store.rename("c", "a")
    assert store.version("a", 1).tags == ("a@1", "b@1", "c@1")


def test_a_former_name_is_given_to_no_other_prompt(store: Store) -> None:
    saved(store, name="a"), saved(store, name="other")
    store.rename("a", "b")
    with pytest.raises(PromptError, match="'b' was called before"):
        saved(store, name="a")
    with pytest.raises(PromptError, match="'b' was called before"):
        store.rename("other", "a")
    assert [found.tag for found in store.versions()] == ["b@1", "other@1"]


def test_who_asks_for_a_former_name_is_told_the_new_one(store: Store) -> None:
    saved(store, name="a")
    store.rename("a", "b")
    with pytest.raises(PromptError, match=r"no prompt 'a': it was renamed, to 'b'\."):
        store.version("a", 1)


def test_the_numbers_of_a_deleted_prompt_are_not_given_again(store: Store) -> None:
    saved(store), saved(store, template="2 {text}")
    store.delete("mood")
    assert saved(store).tag == "mood@3"
    store.delete("mood")
    elsewhere = saved(store, project=8)
    assert (elsewhere.tag, elsewhere.project) == ("mood@4", 8)
    assert saved(store, project=8, template="2 {text}").tag == "mood@5"
    store.rename("mood", "feeling")
    store.rename("feeling", "mood")
    assert [found.tag for found in store.versions()] == ["mood@4", "mood@5"]


def test_the_former_names_of_a_deleted_prompt_are_free_but_their_numbers_go_on(store: Store) -> None:
    saved(store, name="a")
    store.rename("a", "b")
    saved(store, name="b", template="2 {text}")
    store.delete("b")
    assert [saved(store, name=name).tags for name in "ab"] == [("a@3",), ("b@3",)]


def test_no_prompt_is_renamed_to_what_a_deleted_one_was_called(store: Store) -> None:
    saved(store, name="a"), saved(store, name="b")
    store.delete("a")
    with pytest.raises(PromptError, match="'a' belonged to a deleted prompt"):
        store.rename("b", "a")
    assert [found.tag for found in store.versions()] == ["b@1"]


def test_a_prompt_that_annotators_get_is_not_deleted(store: Store) -> None:
    saved(store), saved(store, name="Mood")
    store.set_connection(7, in_use="mood@1")
    with pytest.raises(PromptError, match=r"project 7 get mood@1: let them get another version"):
        store.delete("mood")
    store.delete("Mood")
    assert [found.name for found in store.versions()] == ["mood"]


def test_connections_keep_what_is_not_set_anew(store: Store) -> None:
    assert store.connection(7) == {"in_use": None, "shown_before": None, "to_show": None}
    store.set_connection(7, in_use="mood@1", shown_before="old")
    store.set_connection(7, in_use="mood@2")
    store.set_connection(8, shown_before="", to_show="mood@1")
    assert store.connection(7) == {"in_use": "mood@2", "shown_before": "old", "to_show": None}
    assert store.connection(8) == {"in_use": None, "shown_before": "", "to_show": "mood@1"}


def test_saving_at_once_gives_every_version_its_own_number(store: Store) -> None:
    together = threading.Barrier(32)

    def save(number: int) -> int:
        together.wait()
        return store.save(version(f"{number} {{text}}"))[0].number

    with ThreadPoolExecutor(32) as pool:
        numbers = list(pool.map(save, range(32)))
    assert sorted(numbers) == list(range(1, 33))


def test_saving_the_same_at_once_gives_one_version(store: Store) -> None:
    together = threading.Barrier(8)

    def save(_: int) -> tuple[PromptVersion, bool]:
        together.wait()
        return store.save(version())

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(save, range(8)))
    assert {stored.number for stored, _ in found} == {1}
    assert [new for _, new in found].count(True) == 1


def test_two_stores_on_one_database_see_each_other(store: Store, database_url: str) -> None:
    other = Store(database_url)
    first = saved(store)
    assert other.save(version()) == (first, False)
    assert other.save(version("2 {text}"))[0].number == 2
    assert len(store.versions()) == 2
    other.close()


def test_its_connections_are_closed_when_nobody_has_it_any_more(database_url: str) -> None:
    lent = Store(database_url).with_retry(PATIENT)
    engine = lent.engine
    gc.collect()
    assert lent.versions() == []
    assert idle(engine) == 1
    del lent
    gc.collect()
    assert idle(engine) == 0


def idle(engine: sa.Engine) -> int:
    """Open connections that wait for somebody."""
    pool: Any = engine.pool
    return int(pool.checkedin())


@pytest.mark.parametrize("text", HOSTILE)
def test_completions_come_back_exactly(store: Store, text: str) -> None:
    fact = completion(
        text, cached_tokens=3, refused=True, seconds=0.1 + 0.2, logprobs=((text, -1e-300), ("", -0.1), ("x", -9999.0))
    )
    store.add_completions([fact])
    assert store.completions([fact.digest]) == {fact.digest: [fact]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    any_text,
    st.none() | st.lists(st.tuples(any_text, st.floats(allow_nan=False)), min_size=1).map(tuple),
    st.integers(0, 2**31 - 1),
    st.floats(0, 1e6),
)
def test_any_completion_comes_back_exactly(
    store: Store, text: str, logprobs: tuple[tuple[str, float], ...] | None, tokens: int, seconds: float
) -> None:
    digest = f"{abs(hash((text, logprobs, tokens, seconds))):064x}"
    fact = completion(text, digest, logprobs=logprobs, prompt_tokens=tokens, seconds=seconds)
    store.add_completions([fact])
    assert store.completions([digest]) == {digest: [fact]}


def test_a_fact_that_is_there_stays_as_it_is(store: Store) -> None:
    first = completion("first")
    store.add_completions([first])
    store.add_completions([completion("second"), completion("second", attempt=1), completion("third", attempt=1)])
    assert [fact.text for fact in store.completions([first.digest])[first.digest]] == ["first", "second"]


def test_nothing_to_store_and_nothing_to_find(store: Store) -> None:
    store.add_completions([])
    assert store.completions([]) == {}
    assert store.completions(["0" * 64]) == {}


def test_attempts_come_in_order(store: Store) -> None:
    facts = [completion(str(n), attempt=n) for n in (2, 0, 11, 1)]
    store.add_completions(facts)
    assert [fact.attempt for fact in store.completions([facts[0].digest])[facts[0].digest]] == [0, 1, 2, 11]


def test_two_thousand_digests_at_once(store: Store) -> None:
    facts = [completion(digest=f"{number:064x}", attempt=number % 2) for number in range(2000)]
    store.add_completions(facts)
    found = store.completions([fact.digest for fact in facts] + ["f" * 64])
    assert found == {fact.digest: [fact] for fact in facts}


def test_threads_that_store_the_same_facts_do_not_trip_over_each_other(store: Store) -> None:
    facts = [completion(digest=f"{number:064x}") for number in range(200)]
    together = threading.Barrier(8)

    def add(turn: int) -> None:
        together.wait()
        store.add_completions(facts[turn:] + facts[:turn])
        together.wait()
        store.add_completions(facts[::-1] if turn % 2 else facts)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(0, 200, 25)))
    assert len(store.completions([fact.digest for fact in facts])) == 200


def test_trouble_is_told_in_one_sentence_without_what_was_stored(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE completions"))
    with pytest.raises(StoreError, match="check its disk") as error:
        store.add_completions([completion("a secret of the task")])
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("changed", [{"prompt_tokens": 10**20}, {"model": "\ud800"}, {"model": "\x00" * 300}])
def test_what_a_database_can_not_take_is_told_or_taken(store: Store, changed: dict[str, Any]) -> None:
    fact = replace(completion(), **changed)
    try:
        store.add_completions([fact])
    except StoreError:
        assert store.completions([fact.digest]) == {}
    else:
        assert store.completions([fact.digest]) == {fact.digest: [fact]}


def test_it_describes_itself_without_its_password(store: Store) -> None:
    store.add_completions([completion()])
    assert store.describe().endswith(", 1 completions")
