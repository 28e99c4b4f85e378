"""Who works on runs beside this process: workers on many machines, and processes of this one."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from backend.adapters.database.chunks import ChunkStore
from backend.adapters.piped_process import PipedProcess
from backend.adapters.processes import LocalProcess
from backend.container.models import ModelParts
from backend.engine.concurrency_limiter import ConcurrencyLimiter
from backend.errors import SettingsError
from backend.services.run_control.ownership import BackgroundWorkers
from backend.services.runs.local_processes import LocalProcesses
from backend.services.runs.worker_pool import QueuedWorkers

if TYPE_CHECKING:
    from backend.adapters.redis.coordination import WorkerRegistration
    from backend.adapters.redis.queue import Queue


class WorkerParts(ModelParts):
    """`processes`: how many of this machine share a run that this process, or one that it starts, works on."""

    processes = 1

    def divide_runs(self, processes: int, background: bool) -> None:
        """`background`: whether for runs in the background. Raises SettingsError where workers carry those out."""
        if background and processes > 1 and self.settings.redis_url:
            raise SettingsError(
                "Workers carry out runs in the background, because REDIS_URL is set: leave out --processes, and start "
                "more workers instead."
            )
        self.processes = processes

    @property
    def local_processes(self) -> LocalProcesses:
        start = partial(PipedProcess, env=self.settings.as_environment())
        return LocalProcesses(self.processes, start, self._concurrency, self.stop)

    @property
    def background_workers(self) -> BackgroundWorkers:
        """Workers on background runs."""
        if self.settings.redis_url:
            return QueuedWorkers(ChunkStore(self.store), self.queue())
        return LocalProcess(self.settings.data_dir / "runs", self.settings.as_environment(), self.processes)

    def _join_workers(self, server: str, slots: ConcurrencyLimiter) -> "WorkerRegistration":
        """To be called on the event loop that `slots` lives on."""
        from backend.adapters.redis.connection import RedisConnection
        from backend.adapters.redis.coordination import WorkerLoad, WorkerRegistration

        loop = asyncio.get_running_loop()
        return WorkerRegistration(
            RedisConnection(self.settings.redis_url or ""),
            server,
            self.settings.max_in_flight,
            lambda: WorkerLoad(slots.adaptive.most, slots.in_flight, slots.answers, slots.refused, slots.waiting),
            lambda cap: loop.call_soon_threadsafe(slots.set_cap, cap),
        )

    def queue(self, patience_s: float | None = None) -> "Queue":
        """`patience_s`: seconds that a reply may take; None for as long as a worker waits."""
        from backend.adapters.redis.connection import REPLY_S
        from backend.adapters.redis.queue import Queue  # a sixth of a second, which most commands need not wait for

        if not self.settings.redis_url:
            raise SettingsError("A worker needs the queue: set REDIS_URL, like redis://localhost:6379.")
        return Queue(self.settings.redis_url, patience_s or REPLY_S)
