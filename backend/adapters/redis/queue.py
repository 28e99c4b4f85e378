"""The queue: RQ on Redis, a broker and nothing more. It may be flushed without losing a run or an answer.

A job is called by its name: the id of a run and the number of its step, as JSON. Nothing is unpickled.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.exceptions import RedisError
from rq import Queue as Jobs
from rq import SimpleWorker
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.serializers import JSONSerializer

from backend.adapters.redis.connection import RedisConnection

NAME = "open-prompts"
JOB = "backend.interfaces.worker.step"
TWO_DAYS_S = 48 * 3600
"""A batch may take a day, and its malformed answers another one."""


class JobWorker(SimpleWorker):
    """Tells the job it works on when it is to stop; RQ alone would wait for the job's end."""

    on_stop: Callable[[], object]

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        self.on_stop()

    def handle_job_success(self, *args: Any, **kwargs: Any) -> None:
        """A queue that was flushed meanwhile does not know the job any more. What it did stands in the record."""
        with suppress(InvalidJobOperation, NoSuchJobError):
            super().handle_job_success(*args, **kwargs)

    def set_shutdown_requested_date(self) -> None:
        """Within the signal's handler, where an error would end the job."""
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]


class Queue:
    """Raises QueueError when Redis is not there."""

    def __init__(self, url: str, patience_s: float | None = None) -> None:
        """`patience_s`: how long an answer may take; None for a worker, who waits for jobs."""
        self._broker = RedisConnection(url, patience_s)
        self._redis = self._broker.redis
        self._jobs = Jobs(NAME, connection=self._redis, serializer=JSONSerializer, default_timeout=TWO_DAYS_S)

    def put(self, run_id: str, number: int) -> None:
        """Calls for a worker. To be called twice does no harm: only one will get the job."""
        with self._broker.told():
            self._jobs.enqueue(JOB, run_id, number, result_ttl=0, failure_ttl=TWO_DAYS_S)

    def waiting(self) -> set[tuple[str, int]]:
        """The jobs nobody has taken yet."""
        with self._broker.told():
            return {(str(job.args[0]), int(job.args[1])) for job in self._jobs.get_jobs()}

    def depth(self) -> int:
        """Number of jobs nobody has taken yet."""
        with self._broker.told():
            return int(self._jobs.count)

    def describe(self) -> str:
        """Where it is and what waits there, for people."""
        with self._broker.told():
            workers = len(SimpleWorker.all(queue=self._jobs))
        return f"{self._broker.shown}, jobs waiting: {len(self.waiting())}, workers: {workers}"

    def work(self, burst: bool, on_stop: Callable[[], object]) -> None:
        """Takes jobs until told to stop; with `burst`, until none waits. `on_stop`: called when told to."""
        with self._broker.told():
            worker = JobWorker([self._jobs], connection=self._redis, serializer=JSONSerializer)
            worker.on_stop = on_stop
            worker.work(burst=burst, logging_level="WARNING")
