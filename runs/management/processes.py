"""The processes of an installation: what is started, how, and in which environment."""

import json
import os
import sys
from collections.abc import Iterable

from django.conf import settings

from runs.management import listening
from runs.management.keep import Spec

BACKGROUND = ["worker", "inference", "control", "beat"]
PYTHON = [sys.executable, "-m"]
CELERY = [*PYTHON, "celery", "--quiet", "--app=automl_site"]
# A unit is computed again after a restart, so Ctrl-C does not wait for long ones.
GRACE_SECONDS = 3.0
# What nobody needs at once leaves the processor to the first page for so long.
BOOT_SECONDS = 2.0


def valkey() -> Spec:
    command = [
        *(*PYTHON, "runs.management.valkey"),
        *(str(settings.REDIS_SOCKET), str(settings.TUNEBOARD_HOME)),
    ]
    return Spec(
        command=command,
        env={},
        nice=0,
        delay=0.0,
        grace=GRACE_SECONDS + 1,
        after=[*web_names(), *BACKGROUND],
    )


def web_names() -> list[str]:
    """Return a name for each web server: they share the port where that is possible."""
    n = settings.WEB_PROCESSES if listening.can_share(settings.HOST) else 1
    return ["web", *(f"web-{i}" for i in range(2, n + 1))]


def web() -> Spec:
    host, port = settings.HOST, str(settings.PORT)
    command = [
        *(*PYTHON, "daphne", "-v", "0", "--no-server-name"),
        *("--application-close-timeout", "2"),
        "automl_site.asgi:application",
    ]
    if len(web_names()) > 1:
        command = [*PYTHON, "runs.management.listening", host, port, *command]
    else:
        command += ["-b", host, "-p", port]
    return Spec(
        command=command, env={}, nice=0, delay=0.0, grace=GRACE_SECONDS, after=[]
    )


def further_web() -> Spec:
    """Return a server beside the first, which the first page does not wait for."""
    return {**web(), "delay": BOOT_SECONDS}


def worker() -> Spec:
    command = [
        *(*CELERY, "worker", "-n", "worker@%h"),
        *("-Q", f"prompt,{settings.CELERY_TASK_DEFAULT_QUEUE},later"),
        *("-P", "prefork", "-c", str(settings.WORKERS)),
        *("--without-gossip", "--without-mingle"),
    ]
    threads = str(settings.THREADS_PER_WORKER)
    env = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads
    )
    # Pages answer at once while all cores compute.
    return Spec(
        command=command,
        env={**env, **QUIET},
        nice=10,
        delay=0.0,
        grace=GRACE_SECONDS,
        after=[],
    )


def inference() -> Spec:
    """Answers about single rows; it imports the libraries when it is first asked."""
    command = [*PYTHON, "django", "inference", "--settings=automl_site.settings"]
    # A row has nothing to share among threads, and starting them costs more than it.
    env = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    return Spec(
        command=command,
        env=env,
        nice=0,  # a person waits for it
        delay=BOOT_SECONDS,
        grace=GRACE_SECONDS,
        after=[],
    )


def control() -> Spec:
    command = [
        *(*CELERY, "worker", "-n", "control@%h", "-Q", "control", "-P", "solo"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    return Spec(
        command=command,
        env=QUIET,
        nice=5,
        delay=BOOT_SECONDS,
        grace=GRACE_SECONDS,
        after=[],
    )


def beat() -> Spec:
    # The schedule is a few seconds long: nothing to remember from one start to the next.
    command = [*CELERY, "beat", "--scheduler", "celery.beat:Scheduler"]
    return Spec(
        command=command,
        env=QUIET,
        nice=5,
        delay=BOOT_SECONDS,
        grace=GRACE_SECONDS,
        after=[],
    )


# On a laptop's container the account is often root; the warning would greet every start.
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


def names(*, with_web: bool) -> list[str]:
    """Return what has to run for this installation, in the order of starting."""
    first = ["valkey"] if settings.EMBEDDED_REDIS else []
    return [*first, *(web_names() if with_web else []), *BACKGROUND]


def environment(names: Iterable[str], **extra: str) -> dict[str, str]:
    """Return a keeper's environment: this one's, made explicit, and its orders."""
    makers = {
        "valkey": valkey,
        **dict.fromkeys(web_names(), further_web),
        "web": web,
        "worker": worker,
        "inference": inference,
        "control": control,
        "beat": beat,
    }
    orders = {
        "owner": os.getpid(),
        "locks": str(settings.TUNEBOARD_HOME / "locks"),
        "specs": {name: makers[name]() for name in names},
    }
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "TUNEBOARD_HOME": str(settings.TUNEBOARD_HOME),
        "TUNEBOARD_KEEP": json.dumps(orders),
        **extra,
    }
