"""What a Celery worker does besides its tasks: preload, and tell that it is alive.

Celery imports this module with the tasks. Of Celery's workers only those on the compute
queue count: they are what a run waits for.
"""

import gc
import json
import os
import socket
from importlib import import_module
from typing import TYPE_CHECKING, Any

import redis
from celery.signals import heartbeat_sent, worker_init, worker_ready, worker_shutdown
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from celery.worker.consumer import Consumer

# With pandas, scikit-learn, skrub and the boosters: 5 s and 300 MB for each process
# without this.
ENGINE = (
    "runs.search.evaluation",
    "runs.search.refit",
    "runs.search.sharing",
    "runs.tables",
    "lightgbm",
    "xgboost",
    "catboost",
)

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


def live_workers() -> int:
    """Count the worker processes, on all hosts, that are ready to compute."""
    with connect() as client:
        keys = list(client.scan_iter(match=f"{KEY}*", count=1000))
        found = client.mget(keys) if keys else []
    return sum(json.loads(about)["processes"] for about in found if about)


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


@worker_ready.connect
def announce(sender: "Consumer", **_: object) -> None:
    global _processes  # noqa: PLW0603 - one worker a process
    if computes(sender.app):
        _processes = sender.pool.num_processes
        beat()


@heartbeat_sent.connect
def beat(**_: object) -> None:
    """Say that this worker is alive; Celery calls it in its own event loop."""
    if not _processes:
        return
    about = json.dumps({"processes": _processes})
    with connect() as client:
        client.set(own_key(), about, ex=LIFE_SECONDS)


@worker_shutdown.connect
def leave(**_: object) -> None:
    if _processes:
        with connect() as client:
            client.delete(own_key())


def own_key() -> str:
    return f"{KEY}{socket.gethostname()}/{os.getpid()}"
