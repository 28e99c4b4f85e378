"""Result views: the results of versions as they were derived last, kept in memory so that a page of 10,000 tasks need
not derive them for each filter.

Label Studio lists some thousands of tasks a second, so their texts are read when they are shown or searched.

A view is used for as long as nothing that it was derived from has changed. What has not changed is asked of the
database and of Label Studio each time, in a few small queries: see `result_sources`.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace

from backend.domain.dataset.draw import TruthBasis
from backend.domain.metrics.evaluation import Evaluation
from backend.services.analysis.background_reads import BackgroundReads
from backend.services.analysis.results import TaskResult
from backend.services.analysis.view_texts import ReadTexts, ViewTexts

MOST_ROWS = 200_000
"""In all views together."""
SLOW_S = 1.0
PATIENCE = 5
"""While a run of the version is under way, a view that took longer than SLOW_S to derive is used for so many times as
long."""


@dataclass(frozen=True, slots=True)
class Derived:
    """rows: by task id, without texts
    evaluation: None without ground truths
    basis: what that rests on
    texts: of tasks, as far as they were read
    """

    rows: list[TaskResult]
    evaluation: Evaluation | None
    basis: TruthBasis | None = None
    texts: ViewTexts = field(default_factory=ViewTexts)


@dataclass(frozen=True, slots=True)
class ResultView:
    """derived: what a page shows
    stamp: of what it was derived from
    seconds: that this took
    made: when, by the monotonic clock
    """

    derived: Derived
    stamp: Hashable
    seconds: float
    made: float

    @property
    def evaluation(self) -> Evaluation | None:
        return self.derived.evaluation

    @property
    def basis(self) -> TruthBasis | None:
        return self.derived.basis

    @property
    def texts(self) -> ViewTexts:
        return self.derived.texts

    @property
    def rows(self) -> list[TaskResult]:
        """All whose tasks are not known to be gone, without texts."""
        return [row for row in self.derived.rows if not self.texts.is_gone(row.task)]

    def with_texts(self, rows: Iterable[TaskResult], read: ReadTexts) -> list[TaskResult]:
        """`rows` with their texts; without those whose tasks are gone."""
        listed = list(rows)
        self.texts.read((row.task for row in listed), read)
        pairs = ((row, self.texts.by_task[row.task]) for row in listed)
        return [replace(row, text=text) for row, text in pairs if text is not None]


class ResultViews:
    """By the version's tag. Safe to share between threads.

    clock: monotonic time, in seconds
    reads: of first views and of many texts, for which no page waits
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: OrderedDict[str, ResultView] = OrderedDict()
        self._lock = threading.Lock()
        self._deriving: dict[str, threading.Lock] = {}
        self.reads = BackgroundReads()

    def last(self, tag: str) -> ResultView | None:
        """The view of a version that was derived last, whatever it was derived from; None if it is not kept."""
        return self._views.get(tag)

    def of(self, tag: str, stamp: Hashable, running: bool, derive: Callable[[], Derived]) -> ResultView:
        """The view that was derived from what `stamp` stands for. `running`: whether a run of the version is under
        way."""
        with self._lock:
            turn = self._deriving.setdefault(tag, threading.Lock())
        with turn:
            view = self._views.get(tag)
            if view is None or not (view.stamp == stamp or (running and self._is_patient(view))):
                view = self._derived(tag, stamp, derive)
            with self._lock:
                if tag in self._views:
                    self._views.move_to_end(tag)
            return view

    def _is_patient(self, view: ResultView) -> bool:
        return view.seconds > SLOW_S and self._clock() - view.made < PATIENCE * view.seconds

    def _derived(self, tag: str, stamp: Hashable, derive: Callable[[], Derived]) -> ResultView:
        begun = self._clock()
        derived = derive()
        view = ResultView(derived, stamp, self._clock() - begun, self._clock())
        with self._lock:
            self._views[tag] = view
            while len(self._views) > 1 and sum(len(stored.derived.rows) for stored in self._views.values()) > MOST_ROWS:
                self._views.popitem(last=False)
        return view
