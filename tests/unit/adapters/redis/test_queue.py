"""The queue on a real Redis: a worker does its own job and nothing else, and waits for a Redis that is away."""

import json
import os
import pickle
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Callback
from rq import Queue as Jobs
from rq.serializers import JSONSerializer

from backend.adapters.redis.queue import JOB, NAME, Queue, call_of
from backend.adapters.redis.worker import JobWorker
from demo import services
from tests.running import until
from tests.scripted import some
from tests.servers import redis_program

ROOT = Path(__file__).resolve().parents[4]
WORK = """
import logging, sys
logging.basicConfig(level=logging.INFO)
from backend.adapters.redis.queue import Queue
def step(run, number):
    print("began", run, number, flush=True)
    if number == 1:
        sys.stdin.readline()
        print("done", flush=True)
    if number == 2:
        raise ValueError("a job's own trouble")
Queue(sys.argv[1]).work("burst" in sys.argv, step, lambda: print("told to stop", flush=True))
"""


@contextmanager
def working(url: str, *more: str) -> Iterator["subprocess.Popen[str]"]:
    argv, pipe = [sys.executable, "-c", WORK, url, *more], subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, text=True, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as started:
        yield started
        started.kill()


@contextmanager
def redis_on(port: int) -> Iterator[None]:
    argv = [redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as server:
        until(lambda: _answers(port))
        yield
        server.kill()


def _answers(port: int) -> bool:
    try:
        with Redis(port=port) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def burst(url: str) -> tuple[str, str]:
    """What a worker says that does all there is."""
    with working(url, "burst") as worker:
        out, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, err
    return out, err


@pytest.fixture
def jobs(redis_url: str) -> Iterator[Jobs]:
    """The queue, as anybody who reaches Redis has it."""
    with Redis.from_url(redis_url) as redis:
        yield Jobs(NAME, connection=redis, serializer=JSONSerializer)


def test_a_job_is_taken_with_its_run_and_number(redis_url: str, jobs: Jobs) -> None:
    queue = Queue(redis_url)
    for number in (0, -1, 7):
        queue.put("1f3a9c04", number)
    assert queue.waiting() == {("1f3a9c04", number) for number in (0, -1, 7)}
    assert burst(redis_url)[0].split("\n")[:-1] == ["began 1f3a9c04 0", "began 1f3a9c04 -1", "began 1f3a9c04 7"]
    assert queue.waiting() == set()
    assert not jobs.connection.keys("rq:job:*"), "nothing is left of them"


def test_a_job_that_crashes_leaves_the_worker_at_work(redis_url: str) -> None:
    queue = Queue(redis_url)
    queue.put("1f3a9c04", 2)
    queue.put("1f3a9c04", 3)
    out, err = burst(redis_url)
    assert "began 1f3a9c04 3" in out
    assert "job 2 crashed: ValueError" in err
    assert "a job's own trouble" not in err


def shell(mark: Path) -> str:
    return f"touch {mark}"


class Pickled:
    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (shell(self._mark),)


FOREIGN: dict[str, Callable[[Jobs, Path], object]] = {
    "another function": lambda jobs, mark: jobs.enqueue("os.system", shell(mark)),
    "another function of ours": lambda jobs, mark: jobs.enqueue(
        "backend.adapters.files.atomic_output.atomic", str(mark)
    ),
    "our own with other arguments": lambda jobs, mark: jobs.enqueue(JOB, shell(mark), 0),
    "a number that is none": lambda jobs, mark: jobs.enqueue(JOB, "1f3a9c04", True),
    "a number no database holds": lambda jobs, mark: jobs.enqueue(JOB, "1f3a9c04", 2**40),
    "named arguments": lambda jobs, mark: jobs.enqueue(JOB, "1f3a9c04", 0, more=shell(mark)),
    "a method": lambda jobs, mark: write(jobs, mark, zlib.compress(json.dumps(["popen", "os", [], {}]).encode())),
    "a pickle": lambda jobs, mark: write(jobs, mark, zlib.compress(pickle.dumps(Pickled(mark)))),
    "a bare pickle": lambda jobs, mark: write(jobs, mark, pickle.dumps(Pickled(mark))),
    "a bomb": lambda jobs, mark: write(jobs, mark, zlib.compress(b" " * 500_000_000)),
    "deep brackets": lambda jobs, mark: write(jobs, mark, zlib.compress(b"[" * 100_000)),
    "garbage": lambda jobs, mark: write(jobs, mark, b"\xff\x00" * 40),
    "half a job": lambda jobs, mark: jobs.connection.rpush(jobs.key, b"\xff\xfe no such job \x1b[2J"),
    "a job that is no hash": lambda jobs, mark: (
        jobs.connection.set("rq:job:text", "x"),
        jobs.connection.rpush(jobs.key, "text"),
    ),
}


def write(jobs: Jobs, mark: Path, data: bytes) -> None:
    """A job with fields as only a stranger writes them."""
    touch = f"{__name__}.touched"
    jobs.connection.hset(
        "rq:job:stranger",
        mapping={"data": data, "created_at": "never", "status": "?", "success_callback_name": touch, "timeout": "x"},
    )
    jobs.connection.rpush(jobs.key, "stranger")


@pytest.mark.slow
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_strangers_job_is_not_run_and_ours_behind_it_is(
    redis_url: str, jobs: Jobs, tmp_path: Path, kind: str
) -> None:
    FOREIGN[kind](jobs, tmp_path / "ran")
    queue = Queue(redis_url)
    assert queue.waiting() == set()
    queue.put("1f3a9c04", 5)
    assert queue.waiting() == {("1f3a9c04", 5)}
    out, err = burst(redis_url)
    assert out == "began 1f3a9c04 5\n"
    assert not (tmp_path / "ran").exists()
    assert "not one of ours" in err
    assert "Traceback" not in err
    assert "\x1b" not in err


def test_what_hangs_on_our_own_job_is_not_run_either(redis_url: str, jobs: Jobs) -> None:
    """RQ would call what a job names for its success, its failure and its end."""
    for number in (2, 3):
        call = Callback("os.makedirs")
        jobs.enqueue(JOB, args=["1f3a9c04", number], on_success=call, on_failure=call, on_stopped=call)
    out, err = burst(redis_url)
    assert out == "began 1f3a9c04 2\nbegan 1f3a9c04 3\n"
    assert "makedirs" not in err


def test_nothing_else_is_taken_for_a_call() -> None:
    assert call_of(None) is None
    assert call_of(zlib.compress(json.dumps([JOB, None, ["1f3a9c04", 3], {}]).encode())) == ("1f3a9c04", 3)
    assert call_of(zlib.compress(json.dumps([JOB, None, ["1F3A9C04", 3], {}]).encode())) is None


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_redis_away_when_a_job_ends_is_waited_for_and_said_once(number: int) -> None:
    port = services.free_port()
    url = f"redis://127.0.0.1:{port}"
    with ExitStack() as stack:
        _wait_through_outages(stack, port, url, number)


def _wait_through_outages(stack: ExitStack, port: int, url: str, number: int) -> None:
    with redis_on(port):
        Queue(url).put("1f3a9c04", 1)
        worker = stack.enter_context(working(url))
        tell, out, err = some(worker.stdin), some(worker.stdout), some(worker.stderr)
        assert out.readline() == "began 1f3a9c04 1\n"
    tell.write("\n")
    tell.flush()
    assert out.readline() == "done\n"
    assert "Waiting for it" in err.readline()
    for _ in range(2):
        with redis_on(port):
            Queue(url).put("1f3a9c04", 5)
            assert out.readline() == "began 1f3a9c04 5\n"
            until(lambda: not Queue(url).waiting())
    with redis_on(port), Redis(port=port) as redis:
        until(lambda: redis.client_list(_type="normal")[1:])
        worker.send_signal(number)
        assert worker.wait(20) == 0
    said = err.read()
    assert out.read() == "told to stop\n"
    assert said.count("\n") <= 2, said
    assert "Traceback" not in said


def test_it_registers_again_with_a_redis_that_lost_it(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        worker = JobWorker([NAME], connection=redis)
        worker.register_birth()  # type: ignore[no-untyped-call]  # RQ does not annotate it
        redis.flushall()
        assert "workers: 0" in Queue(redis_url).describe()
        worker._register()
        assert "workers: 1" in Queue(redis_url).describe()
        worker.register_death()  # type: ignore[no-untyped-call]  # RQ does not annotate it
        assert "workers: 0" in Queue(redis_url).describe()
