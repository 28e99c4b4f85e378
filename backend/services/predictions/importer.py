"""Importer: sends predictions to Label Studio in few large requests, because it recounts the project after each.

A request with an unknown result is not repeated: the predictions are read again, and only missing ones are sent. A
request that is too large for a proxy is halved. What the import would drop is sent one by one, and then read back.
"""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from backend.adapters.label_studio.http import Faulted, Refused, RequestTooLarge, Unreachable
from backend.advice import Advice
from backend.domain.predictions.diff import WantedPrediction, compare
from backend.domain.prompts.version import PromptVersion
from backend.errors import StudioError
from backend.services.predictions.target_project import TargetProject

AT_ONCE = 8_000_000
"""Bytes in one request: some 40,000 predictions of one label."""
TRIES = 3
"""Requests of unknown fate in a row."""
FAULT_PAUSE_S = 15.0
"""After a 500: a large deletion locks Label Studio's SQLite for up to 35 seconds, and each request waits 5 for it."""
MANY_ALONE = 1000
SMALL = 100_000
"""Bytes of a prediction that any proxy lets pass: nginx takes 1 MB by default."""


class ImportLine(NamedTuple):
    """A task's prediction as JSON. `alone`: the import drops it, so it needs a request of its own."""

    task: int
    body: bytes
    alone: bool


class PredictionImporter:
    """Collects predictions until a request is full. `created`: how many Label Studio has accepted."""

    def __init__(self, target: TargetProject, version: PromptVersion, existing: int) -> None:
        """`existing`: predictions of this version that Label Studio has already."""
        self.created = 0
        self._target = target
        self._existing = existing
        self._version = version
        self._lines: list[ImportLine] = []
        self._alone = 0
        self._size = 0
        self._most = AT_ONCE
        self._empty: list[int] = []
        self._too_large: list[ImportLine] = []

    def add(self, items: Iterable[Mapping[str, Any]], alone: Collection[int]) -> None:
        """Raises StudioError if Label Studio does not accept all of them.

        alone: tasks whose prediction needs a request of its own
        """
        for item in items:
            line = self.line(item, alone)
            self._lines.append(line)
            self._empty += [] if item["result"] else [item["task"]]
            self._size += len(line.body)
            if self._size >= self._most:
                self._flush()

    def line(self, item: Mapping[str, Any], alone: Collection[int]) -> ImportLine:
        """An item with our mark, as it is sent."""
        body = json.dumps(self._target.marked(item), separators=(",", ":")).encode()
        return ImportLine(item["task"], body, item["task"] in alone)

    def takes(self, line: ImportLine) -> bool:
        """Whether a prediction goes into a request with others, and no proxy is known that refuses it."""
        return not line.alone and len(line.body) <= min(SMALL, self._most)

    def restore(self, lines: list[ImportLine]) -> int:
        """Sends predictions of this version that were deleted. Returns how many of their tasks exist. They are not
        counted in `created`. Raises as `add` and `finish`; what is missing then may be sent once more."""
        existing, self._existing = self._existing, self._existing - len(lines)
        before, refused = self.created, len(self._too_large)
        try:
            self._send_all(lines)
        except BaseException:
            self._existing, self.created = existing, before
            raise
        restored, self.created = self.created - before, before
        self._existing += restored
        if len(self._too_large) > refused:
            raise self._too_large_error()
        return restored

    def finish(self) -> None:
        """Sends the rest. Raises StudioError also if a prediction was too large to be sent."""
        self._flush()
        if self._too_large:
            raise self._too_large_error()

    def _flush(self) -> None:
        lines, self._lines, self._size = self._lines, [], 0
        self._target.ownership.note(self._target.project, self._version.tag, self._empty)
        self._empty = []
        self._send_all(lines)

    def _send_all(self, lines: list[ImportLine]) -> None:
        self._deliver([line for line in lines if not line.alone])
        self._deliver_alone([line for line in lines if line.alone])

    def _deliver_alone(self, lines: list[ImportLine]) -> None:
        """Label Studio takes these without a check, so they are read back."""
        if not lines:
            return
        if self._alone <= MANY_ALONE < self._alone + len(lines):
            self._target.notify("Thousands of predictions go one by one; each thousand takes about half a minute.")
        self._alone += len(lines)
        before = self.created
        for line in lines:
            self._deliver([line])
        sent, there = self.created - before, len(lines) - len(self._missing(lines))
        if there < sent:
            raise self._too_few_error(there, sent)

    def _deliver(self, lines: list[ImportLine]) -> None:
        """In as many requests as it takes."""
        try:
            self._surely(lines)
        except RequestTooLarge:
            if len(lines) == 1:
                self._too_large += lines
                return
            self._most = min(self._most, sum(len(line.body) for line in lines) // 2)
            middle = len(lines) // 2
            self._deliver(lines[:middle])
            self._deliver(lines[middle:])

    def _surely(self, lines: list[ImportLine]) -> None:
        """Sends one request, and again the predictions that did not arrive."""
        for attempt in range(TRIES):
            try:
                self.created += self._send(lines)
                return
            except Unreachable as error:
                if attempt == TRIES - 1 or (error.late and not self._arrive(len(lines))):
                    raise
                if isinstance(error, Faulted):
                    time.sleep(FAULT_PAUSE_S)
            missing = self._missing(lines)
            self.created += len(lines) - len(missing)
            lines = missing

    def _too_large_error(self) -> StudioError:
        tasks = ", ".join(str(line.task) for line in self._too_large[:10])
        number, size = len(self._too_large), max(len(line.body) for line in self._too_large)
        return StudioError(
            f"The proxy in front of Label Studio refuses {number} prediction(s) as too large (413; {size:,} bytes), of "
            f"task {tasks}: the others are there. Raise its limit for a request (nginx: client_max_body_size, 1 MB by "
            "default),",
            Advice.PUSH_AGAIN,
            tag=self._version.tag,
        )

    def _too_few_error(self, created: int, number: int) -> StudioError:
        return StudioError(
            f"Label Studio took only {created} of {number} predictions: its labelling config may have changed; check "
            "it,",
            Advice.PUSH_AGAIN,
            tag=self._version.tag,
        )

    def _arrive(self, number: int) -> bool:
        """Waits for predictions that Label Studio may still be storing, which would otherwise be stored twice."""
        self._target.notify("Label Studio is slow to answer; looking for what it was sent, two minutes at most.")
        expected = self._existing + self.created + number
        return self._target.wait(lambda: self._target.count(self._version.tag) >= expected)

    def _missing(self, lines: list[ImportLine]) -> list[ImportLine]:
        """Those that are not there; waits for Label Studio."""
        expected = WantedPrediction(self._version.tags, {line.task: json.loads(line.body) for line in lines})
        index = self._target.there(self._version.names)
        missing = {item["task"] for item in compare(index.of(expected.tasks), expected, keep=True).missing}
        return [line for line in lines if line.task in missing]

    def _send(self, lines: list[ImportLine]) -> int:
        """Label Studio refuses them all when one is for a task that was deleted since it was labelled."""
        try:
            created = self._post(lines)
        except Refused as refusal:
            if refusal.status not in (400, 404):
                raise
            existing = set(self._target.surely(lambda: self._target.studio.task_ids(self._target.project)))
            left = [line for line in lines if line.task in existing]
            if len(left) == len(lines):
                raise
            self._target.notify(
                f"Left out {len(lines) - len(left):,} prediction(s) of tasks that are not there any more."
            )
            lines, created = left, self._post(left)
        if created != len(lines):
            raise self._too_few_error(created, len(lines))
        return created

    def _post(self, lines: list[ImportLine]) -> int:
        if not lines:
            return 0
        self._target.check()
        if lines[0].alone:
            self._target.studio.add_prediction(lines[0].body)
            return 1
        return self._target.studio.import_predictions(self._target.project, [line.body for line in lines])
