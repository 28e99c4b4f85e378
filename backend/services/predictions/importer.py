"""Importer: sends predictions to Label Studio in few large requests, because it recounts the project after each.

A request with an unknown result is not repeated: the predictions are read again, and only missing ones are sent. A
request that is too large for a proxy is halved.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from backend.adapters.label_studio.http import Refused, RequestTooLarge, Unreachable
from backend.domain.predictions.diff import WantedPrediction, compare
from backend.domain.prompts.version import PromptVersion
from backend.errors import StudioError
from backend.services.predictions.target_project import TargetProject

AT_ONCE = 4_000_000
"""Bytes in one request: some 25,000 predictions of one label, held twice while they are sent."""
TRIES = 3
"""Requests of unknown fate in a row."""

ImportLine = tuple[int, bytes]
"""A task and its prediction as JSON."""


class PredictionImporter:
    """Collects predictions until a request is full. `created`: how many Label Studio has accepted."""

    def __init__(self, place: TargetProject, version: PromptVersion, existing: int) -> None:
        """`existing`: predictions of this version that Label Studio has already."""
        self.created = 0
        self._place = place
        self._existing = existing
        self._version = version
        self._lines: list[ImportLine] = []
        self._size = 0
        self._most = AT_ONCE
        self._empty: list[int] = []
        self._too_large: list[ImportLine] = []

    def add(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Raises StudioError if Label Studio does not accept all of them."""
        for item in items:
            line = json.dumps(self._place.marked(item), separators=(",", ":")).encode()
            self._lines.append((item["task"], line))
            self._empty += [] if item["result"] else [item["task"]]
            self._size += len(line)
            if self._size >= self._most:
                self._flush()

    def finish(self) -> None:
        """Sends the rest. Raises StudioError also if a prediction was too large to be sent."""
        self._flush()
        if self._too_large:
            raise StudioError(self._why_too_large())

    def _flush(self) -> None:
        lines, self._lines, self._size = self._lines, [], 0
        self._place.ownership.note(self._place.project, self._version.tag, self._empty)
        self._empty = []
        self._deliver(lines)

    def _deliver(self, lines: list[ImportLine]) -> None:
        """In as many requests as it takes."""
        try:
            self._surely(lines)
        except RequestTooLarge:
            if len(lines) == 1:
                self._too_large += lines
                return
            self._most = min(self._most, sum(len(line) for _, line in lines) // 2)
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
            missing = self._missing(lines)
            self.created += len(lines) - len(missing)
            lines = missing

    def _why_too_large(self) -> str:
        tasks = ", ".join(str(task) for task, _ in self._too_large[:10])
        number, size = len(self._too_large), max(len(line) for _, line in self._too_large)
        return (
            f"The proxy in front of Label Studio refuses {number} prediction(s) as too large (413; {size:,} bytes), of "
            f"task {tasks}: raise its limit for a request (nginx: client_max_body_size, 1 MB by default), "
            f"then run `ls-prompts push {self._version.tag}`. The others are there."
        )

    def _arrive(self, number: int) -> bool:
        """Waits for predictions that Label Studio may still be storing, which would otherwise be stored twice."""
        self._place.notify("Label Studio is slow to answer; looking for what it was sent, two minutes at most.")
        wanted = self._existing + self.created + number
        return self._place.wait(lambda: self._place.count(self._version.tag) >= wanted)

    def _missing(self, lines: list[ImportLine]) -> list[ImportLine]:
        """Those that are not there; waits for Label Studio."""
        wanted = WantedPrediction(self._version.tags, {task: json.loads(line) for task, line in lines})
        index = self._place.there(self._version.names)
        missing = {item["task"] for item in compare(index.of(wanted.tasks), wanted, keep=True).missing}
        return [(task, line) for task, line in lines if task in missing]

    def _send(self, lines: list[ImportLine]) -> int:
        """Label Studio refuses them all when one is for a task that was deleted since it was labelled."""
        try:
            created = self._post(lines)
        except Refused as refusal:
            if refusal.status != 400:
                raise
            existing = set(self._place.surely(lambda: self._place.studio.task_ids(self._place.project)))
            left = [line for line in lines if line[0] in existing]
            if len(left) == len(lines):
                raise
            self._place.notify(
                f"Left out {len(lines) - len(left):,} prediction(s) of tasks that are not there any more."
            )
            lines, created = left, self._post(left)
        if created != len(lines):
            raise StudioError(
                f"Label Studio took only {created} of {len(lines)} predictions: its labelling config may have changed; "
                f"check it, then run `ls-prompts push {self._version.tag}`."
            )
        return created

    def _post(self, lines: list[ImportLine]) -> int:
        if not lines:
            return 0
        body = b"[" + b",".join(line for _, line in lines) + b"]"
        return self._place.studio.import_predictions(self._place.project, body)
