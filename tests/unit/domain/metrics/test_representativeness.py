"""Whether ground truths look like the other tasks that were answered."""

from collections.abc import Iterator

from backend.domain.metrics.representativeness import FEWEST, Representativeness, TaskTraits, representativeness


def tasks(first: int, last: int, label: str = "a", shift: float = 0.0, longer: int = 0) -> list[TaskTraits]:
    """Every tenth has another label; confidence and length go up and down."""
    return [
        TaskTraits("b" if n % 10 == 0 else label, (n * 7 % 50) / 100 + shift, 100 + n * 3 % 40 + longer, n)
        for n in range(first, last)
    ]


def mixed() -> Iterator[list[TaskTraits]]:
    """Every third task has a ground truth."""
    every = tasks(0, 300)
    yield every[::3]
    yield [task for task in every if task.age % 3]


def test_a_random_part_looks_like_the_rest() -> None:
    assert representativeness(*mixed()) == Representativeness(100, 200)


def test_each_trait_that_differs_is_named_with_both_sides() -> None:
    found = representativeness(tasks(0, 50, "c", 0.4, 90), tasks(50, 300))
    by_trait = {one.trait: one for one in found.differences}
    assert by_trait.keys() == {"label", "confidence", "length", "age"}
    assert (by_trait["age"].truths, by_trait["age"].others) == (24.5, 174.5)
    assert by_trait["confidence"].truths > by_trait["confidence"].others + 0.3
    assert by_trait["length"].truths > by_trait["length"].others + 80
    label = by_trait["label"]
    assert (label.truths, label.others) == ((0.9, 0.0) if label.label == "c" else (0.0, 0.9))
    assert [one.p_value for one in found.differences] == sorted(one.p_value for one in found.differences)


def test_only_what_differs_is_named() -> None:
    (one,) = representativeness(tasks(0, 50), tasks(50, 300)).differences
    assert one.trait == "age"


def test_rare_answers_are_compared_together() -> None:
    odd = [TaskTraits(f"one of a kind {n}", None, None, 10 * n) for n in range(30)]
    own, rest = mixed()
    found = representativeness([*own, *odd], rest)
    assert [(one.trait, one.label) for one in found.differences] == [("label", "a")]


def test_too_few_say_nothing() -> None:
    few = tasks(0, FEWEST - 1, "c", 0.4)
    assert representativeness(few, tasks(50, 300)).differences == ()
    assert representativeness(tasks(50, 300), few).differences == ()
    assert representativeness([], []) == Representativeness(0, 0)


def test_what_is_not_known_is_not_compared() -> None:
    unsure = [TaskTraits(None, None, None, n % 100) for n in range(200)]
    assert representativeness(unsure[:100], unsure[100:]).differences == ()
