"""Result views: the results of versions as they were derived last, kept in memory so that a page of 10,000 tasks need
not derive them for each filter.

Label Studio lists some thousands of tasks a second, so their texts are read when they are shown or searched.

A view is used for as long as nothing that it was derived from has changed. What has not changed is asked of the
database and of Label Studio each time, in a few small queries.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from backend.adapters.database.prompts import Store
from backend.adapters.database.runs import RunStore
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.subset import Subset
from backend.domain.hashing import digest
from backend.domain.metrics.evaluation import Evaluation
from backend.domain.runs.run import FINAL
from backend.errors import LabelConfigError
from backend.services.analysis.results import TaskResult, results_without_texts
from backend.services.analysis.stored_evaluation import stored_evaluation
from backend.services.dataset.label_configs import Configs
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.truth_bases import TruthBases
from backend.services.runs.stored_outcomes import StoredOutcomes

MOST_ROWS = 200_000
"""In all views together."""
MOST_TEXT = 5000
"""Characters of a task's text that a view holds."""
FIRST_S = 0.1
"""For which a page waits for the first view of a version before it says that it is not there yet."""
MANY = 2000
"""Tasks whose answers are not read while a page waits."""
SLOW_S = 1.0
PATIENCE = 5
"""While a run of the version is under way, a view that took longer than SLOW_S to derive is used for so many times as
long."""


@dataclass(frozen=True, slots=True)
class ResultView:
    """`derived`: the rows by task id, without texts; `evaluation`: None without ground truths; `basis`: what that rests
    on; `stamp`: of what it was derived from; `seconds`: that this took; `made`: when, by the monotonic clock; `texts`:
    those that were read, None for a task that Label Studio does not have any more."""

    derived: tuple[TaskResult, ...]
    evaluation: Evaluation | None
    stamp: Hashable
    seconds: float
    made: float
    basis: TruthBasis | None = None
    texts: dict[int, str | None] = field(default_factory=dict)

    @property
    def rows(self) -> list[TaskResult]:
        """All whose tasks are not known to be gone, without texts."""
        return [row for row in self.derived if self.texts.get(row.task, "") is not None]

    def with_texts(self, rows: Iterable[TaskResult], read: "ReadTexts") -> list[TaskResult]:
        """`rows` with their texts, cut at MOST_TEXT; without those whose tasks are gone."""
        asked = list(rows)
        new = [row.task for row in asked if row.task not in self.texts]
        found = dict(read(new)) if new else {}
        self.texts.update((task, _short(found[task]) if task in found else None) for task in new)
        told = ((row, self.texts[row.task]) for row in asked)
        return [replace(row, text=text) for row, text in told if text is not None]


ReadTexts = Callable[[Sequence[int]], Iterable[tuple[int, str]]]
"""Ids of tasks -> each of them that is there, with its text."""


class ResultViews:
    """By the version's tag. Safe to share between threads. `clock`: seconds that only go up."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: OrderedDict[str, ResultView] = OrderedDict()
        self._lock = threading.Lock()
        self._deriving: dict[str, threading.Lock] = {}
        self._begun: dict[str, Future[ResultView]] = {}

    def begun(
        self, tag: str, stamp: Hashable, derive: Callable[[], "Derived"], patience_s: float = FIRST_S
    ) -> ResultView | None:
        """The first view of a version, derived by a thread of its own; None while that takes longer than
        `patience_s` seconds. A later view is there at once, whatever it was derived from. Raises what `derive`
        raises."""
        with self._lock:
            if tag in self._views:
                return self._views[tag]
            work = self._begun.get(tag)
            if work is None:
                work = self._begun[tag] = Future()
                threading.Thread(target=self._begin, args=(tag, stamp, derive, work), daemon=True).start()
        try:
            view = work.result(patience_s)
        except TimeoutError:
            return None
        except Exception:
            self._begun.pop(tag, None)
            raise
        self._begun.pop(tag, None)
        return view

    def _begin(self, tag: str, stamp: Hashable, derive: Callable[[], "Derived"], work: "Future[ResultView]") -> None:
        try:
            work.set_result(self.of(tag, stamp, False, derive))
        except Exception as error:
            work.set_exception(error)

    def of(self, tag: str, stamp: Hashable, running: bool, derive: Callable[[], "Derived"]) -> ResultView:
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

    def _derived(self, tag: str, stamp: Hashable, derive: Callable[[], "Derived"]) -> ResultView:
        begun = self._clock()
        found = derive()
        rows, seconds = tuple(found.rows), self._clock() - begun
        view = ResultView(rows, found.evaluation, stamp, seconds, self._clock(), found.basis)
        with self._lock:
            self._views[tag] = view
            while len(self._views) > 1 and sum(len(kept.derived) for kept in self._views.values()) > MOST_ROWS:
                self._views.popitem(last=False)
        return view


@dataclass(frozen=True, slots=True)
class Derived:
    rows: list[TaskResult]
    evaluation: Evaluation | None
    basis: TruthBasis | None = None


@dataclass(frozen=True, slots=True)
class ResultSources:
    """What views are derived from."""

    store: Store
    record: RunStore
    studio: LabelStudioClient
    stored: StoredOutcomes
    configs: Configs
    bases: TruthBases

    def stamp(self, resolved: ResolvedVersion) -> Hashable:
        """Changes when results of the version may have changed."""
        tag, project = resolved.version.tag, resolved.project
        renames = digest([project.label_config, self.configs.renames(project.id)])
        return (self.record.asks.stamp(tag), self.studio.newest_change(project.id), renames)

    def size(self, resolved: ResolvedVersion) -> int:
        """Tasks that runs of the version took, those of several runs once for each."""
        return self.record.asks.stamp(resolved.version.tag)[0]

    def is_running(self, resolved: ResolvedVersion) -> bool:
        return any(run.status not in FINAL for run in self.record.runs(resolved.version.tag))

    def derive(self, resolved: ResolvedVersion) -> Derived:
        rows = results_without_texts(self.studio, self.stored, resolved, [], "ground-truth")
        if len(rows) > resolved.project.tasks:  # some are gone; the list of all is asked for only then, as it is long
            there = set(self.studio.task_ids(resolved.project.id))
            rows = [row for row in rows if row.task in there]
        annotated = list(self.studio.annotated(resolved.project.id))
        try:
            found = stored_evaluation(self.stored, resolved, annotated, None)
        except LabelConfigError:
            found = None
        return Derived(rows, found, None if found is None else self._basis(resolved, rows, found))

    def _basis(self, resolved: ResolvedVersion, rows: list[TaskResult], found: Evaluation) -> TruthBasis:
        truths = [row.task for row in rows if row.truth is not None]
        subset = Subset("ground-truth")
        return self.bases.of(resolved.project.id, [resolved.version], subset, truths, found.left_out)


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
