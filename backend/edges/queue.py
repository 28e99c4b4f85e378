"""The queue: RQ on Redis, a broker and nothing more. It may be flushed without losing a run or an answer.

A job carries a run's id, as JSON: nothing is unpickled.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as Jobs
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from backend.errors import QueueError

NAME = "open-prompts"
JOB = "backend.jobs.work"
GIVEN = "open-prompts:given"
A_DAY_S = 24 * 3600
CONNECT_S = 5


class Worker(SimpleWorker):
    """Tells the job it works on when it is to stop; RQ alone would wait for the job's end."""

    on_stop: Callable[[], object]

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        self.on_stop()

    def set_shutdown_requested_date(self) -> None:
        """Within the signal's handler, where an error would end the job."""
        with suppress(RedisError):
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]


class Queue:
    """Raises QueueError when Redis is not there."""

    def __init__(self, url: str, patience_s: float | None = None) -> None:
        """`patience_s`: how long an answer may take; None for a worker, who waits for jobs."""
        self._shown = url.rpartition("@")[2]
        try:
            self._redis = Redis.from_url(
                url, socket_connect_timeout=CONNECT_S, socket_timeout=patience_s, health_check_interval=30
            )
        except ValueError:
            raise QueueError("REDIS_URL is no address of a Redis: write one like redis://localhost:6379.") from None
        self._jobs = Jobs(NAME, connection=self._redis, serializer=JSONSerializer, default_timeout=A_DAY_S)

    def give(self, run_id: str) -> None:
        """Queues a run, unless it is queued already."""
        with self._told():
            self._redis.sadd(GIVEN, run_id)
            if run_id not in self.waiting():
                self._jobs.enqueue(JOB, run_id, result_ttl=0, failure_ttl=A_DAY_S)

    def given(self) -> list[str]:
        """Ids of the runs that were queued and not forgotten since."""
        with self._told():
            return sorted(m.decode() if isinstance(m, bytes) else m for m in self._redis.smembers(GIVEN))

    def forget(self, run_id: str) -> None:
        """Its run has ended."""
        with self._told():
            self._redis.srem(GIVEN, run_id)

    def waiting(self) -> list[str]:
        """Ids of the runs nobody has taken yet."""
        with self._told():
            return [str(job.args[0]) for job in self._jobs.get_jobs()]

    def depth(self) -> int:
        """Number of jobs nobody has taken yet."""
        with self._told():
            return int(self._jobs.count)

    def describe(self) -> str:
        """Where it is and what waits there, for people."""
        with self._told():
            workers = len(SimpleWorker.all(queue=self._jobs))
        return f"{self._shown}, {len(self.waiting())} runs waiting, {workers} worker(s)"

    def work(self, burst: bool, on_stop: Callable[[], object]) -> None:
        """Takes runs until told to stop; with `burst`, until none waits. `on_stop`: called when told to."""
        with self._told():
            worker = Worker([self._jobs], connection=self._redis, serializer=JSONSerializer)
            worker.on_stop = on_stop
            worker.work(burst=burst, logging_level="WARNING")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except RedisError as error:
            raise QueueError(
                f"Redis at {self._shown} does not answer ({type(error).__name__}): start it, or correct REDIS_URL."
            ) from None
