"""Prediction index: the predictions of one prompt in Label Studio, by task, in 45 bytes each.

The content of a prediction is kept as a fingerprint, because a project may have hundreds of thousands of predictions.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexedPrediction:
    """A prediction in Label Studio.

    says, answer: see `fingerprint` and `answer_print` in `domain.labels.regions`
    ours: whether this database pushed it
    """

    id: int
    task_id: int
    version: str
    says: int
    answer: int
    ours: bool = True


class PredictionIndex:
    def __init__(self, predictions: Iterable[IndexedPrediction]) -> None:
        self.counts: Counter[str] = Counter()
        """Predictions of each version, whoever pushed them."""
        self._versions: dict[str, int] = {}
        self._ids, self._tasks, self._says, self._answers = array("q"), array("q"), array("q"), array("q")
        self._version, self._ours = array("l"), bytearray()
        for prediction in predictions:
            self._add(prediction)
        self._names = list(self._versions)
        self._by_task = array("l", sorted(range(len(self._tasks)), key=self._tasks.__getitem__))

    def of(self, tasks: Iterable[int]) -> Iterator[IndexedPrediction]:
        """The predictions of these tasks."""
        for task in tasks:
            index = bisect_left(self._by_task, task, key=self._tasks.__getitem__)
            while index < len(self._by_task) and self._tasks[self._by_task[index]] == task:
                yield self._prediction(self._by_task[index])
                index += 1

    def all(self) -> Iterator[IndexedPrediction]:
        """All predictions, in no order."""
        return map(self._prediction, range(len(self._ids)))

    def _add(self, prediction: IndexedPrediction) -> None:
        self.counts[prediction.version] += 1
        self._ids.append(prediction.id)
        self._tasks.append(prediction.task_id)
        self._says.append(prediction.says)
        self._answers.append(prediction.answer)
        self._ours.append(prediction.ours)
        self._version.append(self._versions.setdefault(prediction.version, len(self._versions)))

    def _prediction(self, index: int) -> IndexedPrediction:
        version = self._names[self._version[index]]
        says, answer, ours = self._says[index], self._answers[index], bool(self._ours[index])
        return IndexedPrediction(self._ids[index], self._tasks[index], version, says, answer, ours)
