"""LocalProcesses: several processes of this machine ask about the tasks of one run.

This process reads the tasks and gives each to the process that its request's digest belongs to; it shows the progress
of all, and ends the run. If another process is killed, or finds that the budget is reserved, it leaves tasks without an
answer. This process then asks about those tasks itself.
"""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import backend.errors
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.outcome import Failure
from backend.domain.prompts.version import PromptVersion
from backend.domain.runs.part import Part, place_of
from backend.domain.runs.run import Run
from backend.domain.task import Task
from backend.engine.shutdown import Shutdown, Stopped
from backend.errors import PromptsError, RunError
from backend.services.dataset.task_selection import TaskSelection
from backend.services.run_control.heartbeat import Heartbeat
from backend.services.run_control.progress import Progress, Settled
from backend.services.run_control.termination import Canceled

NO_MORE = b"null"
"""In place of a page: all tasks were given out."""
LEFT = "Another process of this run was killed; this one asks about the tasks that it left."


class OtherProcess(Protocol):
    """See `adapters.piped_process`."""

    def write(self, line: bytes) -> None: ...
    def close(self) -> None: ...
    def lines(self) -> Iterable[bytes]: ...
    def stop(self) -> None: ...
    def end(self) -> None: ...


@dataclass(slots=True, eq=False)
class _Process:
    """One of the processes. `began`: whether it has said something; `end`: what it said last, None while it works and
    for one that was killed."""

    process: OtherProcess
    began: bool = False
    waits_for: str = ""
    end: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """number: of processes
    start: starts a command of ours with these words
    slots: name of a connection -> its most requests in flight, of which each process needs one
    """

    number: int
    start: Callable[[Sequence[str]], OtherProcess]
    slots: Callable[[str], int]
    stop: Shutdown

    def of(self, version: PromptVersion) -> int:
        """How many can share a run of this version."""
        return min(self.number, *(self.slots(step.connection) for step in version.steps))

    def ask(
        self, run: Run, builder: RequestBuilder, base: TaskSelection, progress: Progress, heartbeat: Heartbeat
    ) -> tuple[float, bool]:
        """Seconds from the first request sent to the last completion stored, and whether tasks are left that this
        process is to ask about.

        Raises what ended a process, Canceled when the heartbeat says so, Stopped when this process is told to end.
        """
        number = self.of(builder.version)
        parts = [Part(index, number) for index in range(1, number + 1)]
        with ExitStack() as stack:
            members = [_Process(self._started(run, part, stack)) for part in parts]
            together = _Together(members, progress)
            stack.enter_context(self.stop.calling(together.halt))
            heartbeat.waits_for = together.waits_for
            heartbeat.when_canceled(together.halt)
            together.carry_out(builder, base)
        if heartbeat.canceled:
            raise Canceled(run.id)
        if self.stop.requested:
            raise Stopped
        return together.result()

    def _started(self, run: Run, part: Part, stack: ExitStack) -> OtherProcess:
        """It has ended when `stack` is left."""
        process = self.start(("work", run.id, "--part", str(part)))
        stack.callback(process.end)
        return process


@dataclass(slots=True)
class _Together:
    members: list[_Process]
    progress: Progress
    halted: bool = False
    sayers: dict[str, list[_Process]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def halt(self) -> None:
        """Tells all to end soon. Called from any thread, and from a signal handler."""
        self.halted = True
        for member in self.members:
            self._stop(member)

    def _stop(self, member: _Process) -> None:
        """A process that has said nothing yet ends when it finds that there is nothing to read."""
        if member.began:
            member.process.stop()

    def waits_for(self) -> str:
        return " ".join(dict.fromkeys(filter(None, (member.waits_for for member in self.members))))

    def carry_out(self, builder: RequestBuilder, base: TaskSelection) -> None:
        """Returns when all processes have said how they ended, or are gone."""
        readers = [threading.Thread(target=self._listen, args=[member], daemon=True) for member in self.members]
        for reader in readers:
            reader.start()
        try:
            self._deal(builder, base)
            self._close()
            for reader in readers:
                reader.join()
        except BaseException:
            self.halt()
            self._close()
            raise

    def _close(self) -> None:
        for member in self.members:
            member.process.close()

    def result(self) -> tuple[float, bool]:
        """See `LocalProcesses.ask`."""
        ends = [member.end for member in self.members if member.end is not None]
        for end in ends:
            if "error" in end:
                raise _error(*end["error"])
        if len(ends) < len(self.members):
            self.progress.notify(LEFT)
        seconds = [end["seconds"] for end in ends if end["seconds"] is not None]
        return max(seconds, default=0.0), len(seconds) < len(self.members)

    def _deal(self, builder: RequestBuilder, base: TaskSelection) -> None:
        for page in builder.cut(base.pages):
            if self.halted:
                return
            dealt: list[list[Task]] = [[] for _ in self.members]
            for task, (_, ask) in zip(page, builder.requests(page), strict=True):
                dealt[_part_number(ask, task.id, len(dealt))].append(task)
            for member, tasks in zip(self.members, dealt, strict=True):
                if tasks:
                    member.process.write(page_line(tasks))
        for member in self.members:
            member.process.write(NO_MORE)

    def _listen(self, member: _Process) -> None:
        for line in member.process.lines():
            member.began = True
            if self.halted:
                self._stop(member)
            with self.lock:
                self._hear(member, json.loads(line))
        member.waits_for = ""

    def _hear(self, member: _Process, message: dict[str, Any]) -> None:
        if "settled" in message:
            member.waits_for = message["waits_for"]
            self.progress.count(Settled(*message["settled"]))
        elif "notify" in message:
            self._notify(member, message["notify"])
        else:
            member.end = message
            if "error" in message:
                self.halt()

    def _notify(self, member: _Process, sentence: str) -> None:
        """What several processes say in turn is said once."""
        sayers = self.sayers.setdefault(sentence, [])
        if not sayers or member in sayers:
            sayers.clear()
            self.progress.notify(sentence)
        sayers.append(member)


def page_line(tasks: Sequence[Task]) -> bytes:
    return json.dumps([(task.id, task.data, task.trouble) for task in tasks]).encode()


def read_page(line: bytes) -> list[Task] | None:
    """None where NO_MORE stands."""
    page = json.loads(line)
    return None if page is None else [Task(*values) for values in page]


def error_line(error: PromptsError) -> tuple[str, str]:
    """Its kind and sentence."""
    kind = next(kind for kind in type(error).__mro__ if kind.__module__ == backend.errors.__name__)
    return kind.__name__, str(error)


def _error(kind: str, sentence: str) -> PromptsError:
    made: PromptsError = getattr(backend.errors, kind, RunError)(sentence)
    return made


def _part_number(ask: ChatRequest | Failure, task: int, parts: int) -> int:
    return task % parts if isinstance(ask, Failure) else place_of(ask.digest, parts)
