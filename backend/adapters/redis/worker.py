"""Worker: takes jobs from the queue and does them one after the other, until it is told to stop.

From RQ's worker it uses the registration, which others see, and the meaning of signals. RQ's own loop would run
whatever function, callback or webhook a job names, and would end together with Redis. This loop calls one function, and
waits.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from redis.exceptions import RedisError
from rq import Queue as Jobs
from rq import SimpleWorker, worker_registration
from rq.exceptions import StopRequested
from rq.worker import WorkerStatus

from backend.adapters.periodic_thread import PeriodicThread
from backend.adapters.redis.connection import RedisConnection
from backend.errors import where

log = logging.getLogger(__name__)
WAIT_S = 10
REGISTER_EVERY_S = 30.0
REGISTERED_S = 120
"""A worker that did not renew its registration for so long is gone."""


class Call(NamedTuple):
    """The functions of a worker.

    take: waits that many seconds for a job (see `Queue`)
    step: does one job
    on_stop: called when a signal says to stop
    """

    take: Callable[[int], tuple[str, int] | bool | None]
    step: Callable[[str, int], object]
    on_stop: Callable[[], object]


class JobWorker(SimpleWorker):
    """Must be made and used in the main thread, which signals reach."""

    def serve(self, broker: RedisConnection, burst: bool, call: Call) -> None:
        """Returns when it was told to stop; with `burst`, when no job waits.

        Raises QueueError if Redis does not answer at first.
        """
        self._call = call
        with broker.translated_errors():
            self.register_birth()  # type: ignore[no-untyped-call]  # RQ does not annotate it
        self._install_signal_handlers()  # type: ignore[no-untyped-call]  # RQ does not annotate it
        try:
            with PeriodicThread("registration", REGISTER_EVERY_S, self._register):
                while not self._stop_requested and self._next(broker, burst):
                    pass
        except StopRequested:
            pass
        finally:
            with suppress(RedisError):
                self.register_death()  # type: ignore[no-untyped-call]  # RQ does not annotate it

    def _next(self, broker: RedisConnection, burst: bool) -> bool:
        """Does one job, if one came. False: there is nothing to wait for."""
        job = broker.patiently(lambda: self._call.take(0 if burst else WAIT_S))
        if job is None:
            return not burst
        if isinstance(job, bool):
            log.warning("a job in the queue at %s is not one of ours: it is thrown away", broker.address)
            return True
        self._state = WorkerStatus.BUSY  # a signal is to wait for the job's end
        try:
            self._call.step(*job)
        except Exception as error:
            log.error("run %s, job %d crashed: %s", *job, where(error))
        self._state = WorkerStatus.IDLE
        return True

    def _register(self) -> None:
        """Renews the registration, also in a Redis that lost it."""
        with suppress(RedisError), self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=self.serialize())
            worker_registration.register(self, pipeline)
            pipeline.expire(self.key, REGISTERED_S)
            pipeline.execute()

    def handle_warm_shutdown_request(self) -> None:
        """The present job should end soon; RQ alone would wait for it."""
        self._call.on_stop()

    def set_shutdown_requested_date(self) -> None:
        """Nobody needs it, and a signal handler must not wait for Redis."""


def registered(jobs: Jobs) -> int:
    """Number of workers with a valid registration."""
    return len(SimpleWorker.all(queue=jobs))
