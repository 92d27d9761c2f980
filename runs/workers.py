"""What a Celery worker does besides its tasks: preload, and tell that it is alive.

Celery imports this module with the tasks. Of Celery's workers only those on the compute
queue count: they are what a run waits for.
"""

import gc
import json
import logging
import os
import signal
import socket
import time
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import redis
from celery.signals import (
    heartbeat_sent,
    task_prerun,
    worker_init,
    worker_ready,
    worker_shutdown,
)
from django.conf import settings
from django.db import close_old_connections
from redis.backoff import NoBackoff
from redis.retry import Retry

from runs.announcing import announcer

if TYPE_CHECKING:
    from celery import Celery
    from celery.worker.consumer import Consumer

logger = logging.getLogger(__name__)

# With pandas, scikit-learn, skrub and the boosters: 5 s and 300 MB for each process
# without this.
ENGINE = (
    "runs.search.evaluation",
    "runs.search.refit",
    "runs.search.sharing",
    "runs.tables.choosing",
    "runs.tables.storage",
    "lightgbm",
    "xgboost",
    "catboost",
)

CONTROL = "control"
KEY = "tuneboard:worker:"
# Celery's heartbeat comes every two seconds; five missed ones mean the worker is gone.
LIFE_SECONDS = 10

_processes = 0  # in the parent of a compute worker: how many children it keeps


def connect() -> "redis.Redis":
    """Return a client that fails within a second rather than wait for a server."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=1.0,
        socket_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
    )


class ProcessReport(NamedTuple):
    """A child of a worker; `rss` counts the pages it shares with the others too."""

    pid: int
    rss: int
    cpu_percent: float


class Report(NamedTuple):
    """What a worker has last said of itself and of its host."""

    host: str
    pid: int
    processes: list[ProcessReport]
    n_processes: int
    memory_total: int
    memory_available: int
    cpu_percent: float
    n_cores: int
    at: float  # seconds since the epoch


def heartbeats() -> list[dict[str, Any]]:
    """Return the stored heartbeats of all workers, on all hosts."""
    with connect() as client:
        keys = list(client.scan_iter(match=f"{KEY}*", count=1000))
        found = client.mget(keys) if keys else []
    return [json.loads(about) for about in found if about]


def live_workers() -> int:
    """Count the worker processes, on all hosts, that are ready to compute."""
    return sum(about["processes"] for about in heartbeats())


def reports() -> list[Report]:
    """Return what the workers say of themselves, by host."""
    found = [
        Report(
            host=about["host"],
            pid=about["pid"],
            processes=[ProcessReport(*child) for child in about["children"]],
            n_processes=about["processes"],
            memory_total=about["memory_total"],
            memory_available=about["memory_available"],
            cpu_percent=about["cpu_percent"],
            n_cores=about["n_cores"],
            at=about["at"],
        )
        for about in heartbeats()
        # A worker of an older version, in a rolling update, says less.
        if "children" in about
    ]
    return sorted(found)


def queued_messages() -> int:
    """Count the broker's messages that no worker has taken yet."""
    return sum(queue_lengths().values())


def queue_lengths() -> dict[str, int]:
    """Return how many messages wait in each of the broker's queues."""
    routes = settings.CELERY_TASK_ROUTES.values()
    queues = {settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in routes)}
    with connect() as client:
        return {queue: int(client.llen(queue)) for queue in sorted(queues)}


def computes(app: Any) -> bool:  # noqa: ANN401 - Celery is untyped here
    return settings.CELERY_TASK_DEFAULT_QUEUE in app.amqp.queues.consume_from


@worker_init.connect
def preload(sender: Any, **_: object) -> None:  # noqa: ANN401
    """Import the engine before the children are forked, so that they share it.

    Imports only: what an OpenMP library has started does not survive a fork.
    """
    if not computes(sender.app):
        return
    for module in ENGINE:
        import_module(module)
    # A collection would write to every object's header and so copy the shared pages.
    gc.collect()
    gc.freeze()


@task_prerun.connect
def renew_connections(sender: Any, **_: object) -> None:  # noqa: ANN401
    """Let go of connections that are old or broken, as before a request."""
    if not sender.request.is_eager:
        close_old_connections()


@worker_ready.connect
def announce(sender: "Consumer", **_: object) -> None:
    global _processes  # noqa: PLW0603 - one worker a process
    if computes(sender.app):
        _processes = sender.pool.num_processes
        beat()


@worker_ready.connect
def send_on_time(sender: "Consumer", **_: object) -> None:
    """Have the control process send what is due, in a thread: a process takes 75 MB."""
    if CONTROL in sender.app.amqp.queues.consume_from:
        Thread(target=follow_schedule, args=[sender.app], daemon=True).start()


def follow_schedule(app: "Celery") -> None:
    """Send the tasks of the schedule until the process ends."""
    from celery.beat import Scheduler, Service  # noqa: PLC0415 - of no use elsewhere

    app.set_current()  # for this thread
    try:
        # The schedule is a few seconds long: nothing to remember from start to start.
        Service(app, scheduler_cls=Scheduler).start()
    except Exception:  # whatever it was, a fresh process is the way out
        logger.exception("Nothing is sent on time any more; starting again")
    os.kill(os.getpid(), signal.SIGTERM)


@heartbeat_sent.connect
def beat(**_: object) -> None:
    """Say that this worker is alive; Celery calls it in its own event loop."""
    if not _processes:
        return
    about = {"processes": _processes, **of_host(), "children": of_children()}
    with connect() as client:
        client.set(own_key(), json.dumps(about), ex=LIFE_SECONDS)
    announcer().announce_workers()


def of_host() -> dict[str, Any]:
    memory = psutil.virtual_memory()
    return {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "memory_total": memory.total,
        "memory_available": memory.available,
        "cpu_percent": psutil.cpu_percent(),  # since the last heartbeat
        "n_cores": psutil.cpu_count() or 1,
        "at": time.time(),
    }


# Kept from one heartbeat to the next: the share of a core is of the time between.
_children: dict[int, psutil.Process] = {}


def of_children() -> list[tuple[int, int, float]]:
    """Return number, memory and share of a core of each process that computes."""
    found: dict[int, psutil.Process] = {}
    said = []
    for child in psutil.Process().children():
        process = found[child.pid] = _children.get(child.pid, child)
        try:
            with process.oneshot():
                said.append(
                    (child.pid, process.memory_info().rss, process.cpu_percent())
                )
        except psutil.Error:  # it has just ended
            continue
    _children.clear()
    _children.update(found)
    return said


@worker_shutdown.connect
def leave(**_: object) -> None:
    if _processes:
        with connect() as client:
            client.delete(own_key())


def own_key() -> str:
    return f"{KEY}{socket.gethostname()}/{os.getpid()}"
