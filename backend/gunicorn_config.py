"""Settings of `gunicorn _wsgi:app`, by the names that gunicorn has for them.

One process, because requests for the same task at the same time must meet in it; many threads, because one /predict
may wait a minute for the model while /health has to answer at once. Threads are only made when they are needed: there
are more than predictions at once (the server sees to it), so that one is always left for /health.
"""

# ruff: noqa: E402

from backend.early import GARBAGE, end_with_a_sentence

end_with_a_sentence()  # what follows takes a second to import

import gc
import sys
from typing import Any

from backend.app import App
from backend.container import Container
from backend.errors import PromptsError
from backend.interfaces.web.keep_up import KEEP_UP
from backend.interfaces.web.server import CLOSE, THREADS
from backend.logs import logging_config
from backend.settings import Settings, load_settings


def _settings() -> Settings:
    try:
        return load_settings()
    except PromptsError as error:
        sys.exit(str(error))


_loaded = _settings()
bind = _loaded.bind
worker_class = "backend.interfaces.web.worker.Worker"
workers = 1
threads = THREADS
timeout = int(_loaded.predict_deadline_s) + 30
drain_s = 30
graceful_timeout = int(_loaded.predict_deadline_s) + drain_s
keepalive = 5
control_socket_disable = True
logconfig_dict = logging_config(_loaded.log_format)


def on_starting(server: Any) -> None:
    """Checks what would otherwise fail in a worker: the database, and the address that is really bound, also when it
    came from gunicorn's command line."""
    try:
        App(Container(_loaded)).container.store.close()
        for address in server.cfg.address:
            if isinstance(address, tuple):
                settings = _loaded.model_copy(update={"bind": f"{address[0]}:{address[1]}"})
                server.log.info("Open Prompts listens on %s", settings.describe_server())
    except PromptsError as error:
        sys.exit(str(error))


def post_worker_init(worker: Any) -> None:
    """A large batch is millions of objects, and threads that work on it: without this /health waits for both."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    sys.setswitchinterval(0.001)
    if worker.wsgi.extensions[KEEP_UP] is not None:
        worker.wsgi.extensions[KEEP_UP].start()


def worker_exit(_server: object, worker: Any) -> None:
    """No connection is left, but answers may be under way that nobody waits for any more. They are paid for."""
    if getattr(worker, "wsgi", None) is not None:
        if worker.wsgi.extensions[KEEP_UP] is not None:
            worker.wsgi.extensions[KEEP_UP].stop()
        worker.wsgi.extensions[CLOSE](drain_s)
