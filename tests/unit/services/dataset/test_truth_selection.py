"""Which annotations count as ground truths, and for which reason the others do not."""

from typing import Any

import pytest

from backend.domain.annotated_task import AnnotatedTask
from backend.domain.answer import Labels
from backend.domain.dataset.split import parse_split
from backend.domain.dataset.subset import Subset
from backend.domain.task import Task
from backend.services.dataset.truth_selection import TruthSelection
from tests.scripted import choices, version

SCHEMA = choices("Good", "Bad")
VERSION = version(schema=SCHEMA)
TRUTHS = Subset("ground-truth")


def annotated(number: int, label: str = "Good", made_of: str | None = None, seen: bool = True) -> AnnotatedTask:
    """A task with one starred annotation, perhaps made of a prediction of the version `made_of`."""
    value = {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
    annotation: dict[str, Any] = {"id": number, "ground_truth": True, "result": [value], "parent_prediction": number}
    unseen = frozenset() if seen else frozenset({number})
    return AnnotatedTask(Task(number, {"text": f"text {number}"}), (annotation,), {number: made_of}, unseen)


def selected(subset: Subset, *items: AnnotatedTask) -> TruthSelection:
    found = TruthSelection(SCHEMA, subset, [VERSION])
    for item in items:
        found.add(item)
    return found


def test_a_ground_truth_of_a_person_counts() -> None:
    found = selected(TRUTHS, annotated(1), annotated(2, "Bad", made_of="another@1"))
    assert [(task.id, truth.answer) for task, truth in found.pairs] == [
        (1, {"mood": Labels(("Good",))}),
        (2, {"mood": Labels(("Bad",))}),
    ]
    left = found.left_out()
    assert (left.self_predicted, left.accepted, left.unknown_labels, left.unseen) == ((), (), {}, ())


@pytest.mark.parametrize(("accepted", "own", "taken"), [(False, (1,), ()), (True, (), (1,))])
def test_one_made_of_the_prompts_own_prediction_counts_only_where_that_is_asked_for(
    accepted: bool, own: tuple[int, ...], taken: tuple[int, ...]
) -> None:
    found = selected(Subset("ground-truth", accepted=accepted), annotated(1, made_of="mood@1"))
    assert len(found.pairs) == accepted
    assert (found.left_out().self_predicted, found.left_out().accepted) == (own, taken)


def test_a_label_that_the_config_lacks_is_told_with_its_tasks() -> None:
    found = selected(TRUTHS, annotated(1, "Fine"), annotated(2), annotated(3, "Fine"))
    assert [task.id for task, _ in found.pairs] == [2]
    assert found.left_out().unknown_labels == {"Fine": (1, 3)}


def test_what_no_person_has_seen_is_told_where_any_annotation_would_count() -> None:
    item = annotated(1, seen=False)
    assert selected(Subset("ground-truth", truth="any"), item).left_out().unseen == (1,)
    assert selected(TRUTHS, item).left_out().unseen == ()
    assert selected(TRUTHS, item).pairs == []


def test_tasks_of_the_other_part_of_a_split_are_passed_over() -> None:
    items = [annotated(number) for number in range(40)]
    dev, test = (
        {task.id for task, _ in selected(Subset("ground-truth", split=parse_split(part)), *items).pairs}
        for part in ("dev:0.5", "test:0.5")
    )
    assert dev
    assert test
    assert (dev | test, dev & test) == ({*range(40)}, set())
