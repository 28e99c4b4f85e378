from dataclasses import replace

from backend.domain.audit.conflicts import Disagreement, confused_labels, disagreements, duplicates
from backend.domain.metrics.confusions import Confusion
from backend.domain.outcome import Truth
from backend.domain.task import Task
from tests.unit.domain.audit.test_label_errors import A, B
from tests.unit.domain.metrics.test_classification import REJECTION, SINGLE, single


def test_confused_labels_of_all_versions() -> None:
    one = single([("a", "b"), ("a", "b"), ("b", "a"), ("a", REJECTION), ("a", "a")])
    two = single([("a", "b"), ("d", "a")])
    pairs = confused_labels([one, two])
    assert pairs == [Confusion("c", "a", "b", 3), Confusion("c", "b", "a", 1), Confusion("c", "d", "a", 1)]
    assert pairs[0].sentence == 'Choose "a", not "b", when …'


def test_duplicates_with_different_truths() -> None:
    texts = ["Hello  there", "hello there ", "Hello there", "else", "else"]
    tasks = [Task(n, {"text": text, "id": n}) for n, text in enumerate(texts)]
    truths = [Truth(0, A), Truth(1, B), Truth(3, A), Truth(4, A)]
    (found,) = duplicates(tasks, truths, SINGLE)
    assert [truth.task_id for truth in found.truths] == [0, 1]
    assert duplicates(tasks, truths, replace(SINGLE, variables=("text", "id"))) == []


def test_annotators_who_disagree() -> None:
    given = {3: [A, A], 2: [A, B, A], 1: [B], 4: []}
    assert disagreements(given, SINGLE) == [Disagreement(2, (A, B))]
