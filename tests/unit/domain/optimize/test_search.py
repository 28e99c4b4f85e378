"""Which ground truths teach and which judge: never the same, nor copies of each other."""

from dataclasses import replace

import pytest

from backend.domain.answer import Labels
from backend.domain.optimize.search import FEWEST, LEARN, LabeledTask, SearchOptions, check_halves, divide
from backend.domain.task import Task
from backend.errors import SubsetError
from tests.scripted import choices, version

SCHEMA = choices("Good", "Bad")


def known(number: int, text: str | None = None, mood: str = "") -> LabeledTask:
    task = Task(number, {"text": text or f"This is the text of task {number}", "id": number})
    return LabeledTask(task, {"mood": Labels((mood or ("Good", "Bad")[number % 2],))})


def many(number: int, mood: str = "") -> list[LabeledTask]:
    return [known(i, mood=mood) for i in range(1, number + 1)]


def test_every_ground_truth_is_in_one_half() -> None:
    halves = divide(many(200), version())
    assert len(halves.learn) + len(halves.judge) == 200
    assert {item.task.id for item in halves.learn}.isdisjoint(item.task.id for item in halves.judge)
    assert halves.aside == 0
    assert 70 < len(halves.learn) < 130


def test_it_is_the_split_of_evaluate() -> None:
    halves = divide(many(50), version())
    assert all(LEARN.has(item.task.data) for item in halves.learn)
    assert all(LEARN.rest.has(item.task.data) for item in halves.judge)


def test_a_copy_of_a_judging_text_teaches_nobody() -> None:
    same = [known(i, ("I  LIKE it", "i like it")[i % 2]) for i in range(1, 40)]
    halves = divide(same, version())
    assert halves.learn == ()
    assert halves.aside == 39 - len(halves.judge) > 0


def test_other_forms_of_the_same_letters_are_copies_too() -> None:
    learn, judge = (next(k for k in many(60) if LEARN.has(k.task.data) == teaches) for teaches in (True, False))
    texts = {learn.task.id: "ﬁne, Ｉ ｌｉｋｅ ｉｔ", judge.task.id: "fine, I like it"}
    same = [
        LabeledTask(replace(k.task, data={**k.task.data, "text": texts[k.task.id]}), k.truth) for k in (learn, judge)
    ]
    while LEARN.has(same[0].task.data) == LEARN.has(same[1].task.data):
        first, second = same
        data = {**first.task.data, "id": first.task.data["id"] + 1}
        same = [replace(first, task=replace(first.task, data=data)), second]
    halves = divide(same, version())
    assert (len(halves.learn), len(halves.judge), halves.aside) == (0, 1, 1)


def test_a_text_that_stands_in_the_prompt_does_not_judge() -> None:
    shown = divide(many(60), version()).judge[0]
    quoting = version(f"How is this? For example: {shown.task.data['text']} is good. {{text}}")
    halves = divide(many(60), quoting)
    assert shown not in halves.judge
    assert halves.aside == 1


@pytest.mark.parametrize(
    ("instructions", "aside"),
    [
        ("Say what this is, and do not guess: good, or worse.", 0),
        ('Is it good? For example, "not" is Bad.', 1),
        ("Is it good?\n\nText: not\nMood: Bad", 1),
        ("Is it good?\n- not -> Bad", 1),
        ("Is it good?\n  NOT  \nis bad", 1),
        ("Do nothing else, and leave knots out.", 0),
    ],
)
def test_a_short_text_is_in_the_prompt_where_it_stands_alone(instructions: str, aside: int) -> None:
    judging = next(item for n in range(100, 200) if not LEARN.has((item := known(n, "not")).task.data))
    halves = divide([*many(20), judging], version(f"{instructions} {{text}}"))
    assert halves.aside == aside
    assert (judging in halves.judge) == (not aside)


def test_tasks_that_can_not_be_asked_about_are_aside() -> None:
    broken = LabeledTask(Task(99, {"text": None}), {"mood": Labels(("Good",))})
    assert divide([*many(20), broken], version()).aside == 1


def test_too_few_to_judge_says_how_many_are_needed() -> None:
    with pytest.raises(
        SubsetError, match=rf"There are \d ground truths to evaluate on, at least {FEWEST} are needed: mark"
    ):
        check_halves(divide(many(7), version()), SCHEMA)


def test_the_fewest_to_judge_on_are_enough_and_one_less_is_not() -> None:
    halves = divide(many(200), version())
    check_halves(replace(halves, judge=halves.judge[:FEWEST]), SCHEMA)
    with pytest.raises(SubsetError, match=f"There are {FEWEST - 1} ground truths to evaluate on"):
        check_halves(replace(halves, judge=halves.judge[: FEWEST - 1]), SCHEMA)


def test_one_class_only_is_refused() -> None:
    with pytest.raises(SubsetError, match=r"All .* say 'Good', so a prompt that always says so is right"):
        check_halves(divide(many(40, "Good"), version()), SCHEMA)


def test_the_same_search_has_the_same_name() -> None:
    assert str(SearchOptions("gpt-4o", 4)) == str(SearchOptions("gpt-4o", 4)) != str(SearchOptions("gpt-4o", 5))
