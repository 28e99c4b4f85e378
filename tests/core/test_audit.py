from backend.core.audit import ConfusionPair, audit, confusion_pairs, duplicates
from backend.core.outcomes import Failure, Outcome, Rejection, Truth
from backend.core.tasks import Task
from tests.core.test_scoring import REJECTION, SINGLE, single

A, B, D = {"c": ("a",)}, {"c": ("b",)}, {"c": ("d",)}
TRUTHS = [Truth(1, A), Truth(2, A), Truth(3, B), Truth(4, B)]


def said(*answers):
    """(answer, confidence) of tasks 1, 2, ..."""
    return [Outcome(task, answer, confidence=sure) for task, (answer, sure) in enumerate(answers, 1)]


def test_the_most_confident_contradiction_by_most_versions_comes_first():
    one = said((A, 0.9), (B, 0.95), (B, 0.9), (A, 0.6))
    two = said((A, 0.8), (B, 0.9), (B, 0.9), (B, 0.5))
    found = audit({"s@1": one, "s@2": two}, TRUTHS, SINGLE)
    assert [(s.task_id, s.truth, s.suggested, s.versions) for s in found] == [
        (2, A, B, ("s@1", "s@2")),
        (4, B, A, ("s@1",)),
    ]
    assert found[0].score > found[1].score


def test_who_agrees_is_no_suspect():
    assert audit({"1": said((A, 0.9), (A, 0.4), (B, 0.9), (B, 1.0))}, TRUTHS, SINGLE) == []


def test_without_confidences_the_share_that_agrees_stands_in():
    found = audit({"1": said((A, None), (A, None), (B, None), (A, None))}, TRUTHS, SINGLE)
    assert [(s.task_id, s.suggested) for s in found] == [(4, A)]


def test_an_answer_that_is_nowhere_the_truth_can_be_suggested():
    assert [s.suggested for s in audit({"1": said((D, 0.9), (A, 0.9))}, TRUTHS, SINGLE)] == [D]


def test_nothing_to_audit():
    assert audit({}, TRUTHS, SINGLE) == audit({"1": said((A, 0.9))}, [], SINGLE) == []
    silent = [Outcome(1, Rejection("refused", "")), Outcome(2, Failure("timeout", ""))]
    assert audit({"1": silent}, TRUTHS, SINGLE) == []


def test_confusion_pairs_of_all_versions():
    one = single([("a", "b"), ("a", "b"), ("b", "a"), ("a", REJECTION), ("a", "a")])
    two = single([("a", "b"), ("d", "a")])
    pairs = confusion_pairs([one, two])
    assert pairs == [ConfusionPair("c", "a", "b", 3), ConfusionPair("c", "b", "a", 1), ConfusionPair("c", "d", "a", 1)]
    assert pairs[0].sentence == 'Choose "a", not "b", when …'


def test_duplicates_with_different_truths():
    texts = ["Hello  there", "hello there ", "Hello there", "else", "else"]
    tasks = [Task(n, {"text": text, "id": n}) for n, text in enumerate(texts)]
    truths = [Truth(0, A), Truth(1, B), Truth(3, A), Truth(4, A)]
    (found,) = duplicates(tasks, truths, ["text"])
    assert [truth.task_id for truth in found.truths] == [0, 1]
    assert duplicates(tasks, truths, ["text", "id"]) == []
