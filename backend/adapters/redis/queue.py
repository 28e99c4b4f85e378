"""The queue: RQ on Redis, only a broker. It may be flushed without losing a run or an answer.

A job is JSON: the id of a run and the number of its chunk. Anything else in the queue is not a job of ours, whoever
wrote it: it is neither unpickled nor imported nor called.
"""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from rq import Queue as Jobs
from rq.job import Job
from rq.serializers import JSONSerializer

from backend.adapters.redis.connection import REPLY_S, RedisConnection
from backend.adapters.redis.worker import Call, JobWorker, registered
from backend.domain.runs.chunk import END

NAME = "open-prompts"
JOB = "backend.jobs.step"
"""What the only job there is goes by; jobs of earlier releases too."""
TWO_DAYS_S = 48 * 3600
"""A batch may take a day, and its malformed answers another one."""
MOST_BYTES = 1000
MOST_NUMBER = 2**31 - 1
_RUN = re.compile("[0-9a-f]{1,16}")


class Queue:
    """Raises QueueError if Redis does not answer."""

    def __init__(self, url: str, patience_s: float = REPLY_S) -> None:
        """`patience_s`: seconds that a reply may take."""
        self._broker = RedisConnection(url, patience_s)
        self._redis = self._broker.redis
        self._jobs = Jobs(NAME, connection=self._redis, serializer=JSONSerializer, default_timeout=TWO_DAYS_S)

    def put(self, run_id: str, number: int) -> None:
        """Calls for a worker. Calling twice does no harm: only one worker gets the chunk."""
        with self._broker.translated_errors():
            self._jobs.enqueue(JOB, run_id, number, ttl=TWO_DAYS_S, result_ttl=0, failure_ttl=TWO_DAYS_S)

    def waiting(self) -> set[tuple[str, int]]:
        """The jobs that nobody has taken yet."""
        with self._broker.translated_errors():
            ids: Any = self._redis.lrange(self._jobs.key, 0, -1)
            with self._redis.pipeline(transaction=False) as pipeline:
                for job in ids:
                    pipeline.hget(_hash(job), "data")
                contents = pipeline.execute(raise_on_error=False)
        return {call for data in contents if (call := call_of(data))}

    def depth(self) -> int:
        """The number of jobs that nobody has taken yet."""
        with self._broker.translated_errors():
            return int(self._jobs.count)

    def describe(self) -> str:
        """Its address and length, for people."""
        with self._broker.translated_errors():
            workers = registered(self._jobs)
        return f"{self._broker.address}, jobs waiting: {len(self.waiting())}, workers: {workers}"

    def work(self, burst: bool, step: Callable[[str, int], object], on_stop: Callable[[], object]) -> None:
        """Takes jobs until told to stop; with `burst`, until none waits.

        Raises QueueError if Redis does not answer at first; later it is waited for.
        step: does one job
        on_stop: called when told to stop
        """
        with self._broker.translated_errors():
            worker = JobWorker([self._jobs], connection=self._redis, serializer=JSONSerializer)
        worker.serve(self._broker, burst, Call(self._take, step, on_stop))

    def _take(self, wait_s: int) -> tuple[str, int] | bool | None:
        """Takes the first job off the queue: its run and number; False for a job that is not ours, None if none came.

        A worker that takes a job and dies has it in the database, where others find it.
        wait_s: seconds to wait; 0 for none
        """
        key = self._jobs.key
        reply: Any = self._redis.blpop([key], wait_s) if wait_s else self._redis.lpop(key)
        popped = reply[-1] if wait_s and reply else reply
        return None if popped is None else self._read(_hash(popped)) or False

    def _read(self, name: bytes) -> tuple[str, int] | None:
        if self._redis.type(name) != b"hash" or self._redis.hstrlen(name, "data") > MOST_BYTES:
            return None
        call = call_of(self._redis.hget(name, "data"))
        if call is not None:
            self._redis.delete(name)
        return call


def call_of(data: object) -> tuple[str, int] | None:
    """Run and number in the data of a job; None if it is not a job of ours."""
    if not isinstance(data, bytes) or len(data) > MOST_BYTES:
        return None
    try:
        name, instance, arguments, named = json.loads(zlib.decompressobj().decompress(data, MOST_BYTES))
        run_id, number = arguments
    except (zlib.error, ValueError, TypeError, RecursionError):
        return None
    ours = (name, instance, named) == (JOB, None, {}) and isinstance(run_id, str) and _RUN.fullmatch(run_id)
    return (run_id, number) if ours and type(number) is int and END <= number <= MOST_NUMBER else None


def _hash(job: bytes) -> bytes:
    return Job.redis_job_namespace_prefix.encode() + job
