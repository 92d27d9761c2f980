"""The processes of an installation: what is started, how, and in which environment."""

import json
import os
import sys
from collections.abc import Iterable

from django.conf import settings

from runs.management import listening
from runs.management.keep import Spec

BACKGROUND = ["worker", "control"]
# Of use to people who ask by a page or the API; it takes 400 MB.
FOR_WEB = ["inference"]
PYTHON = [sys.executable, "-m"]
# Django's checks load every page, 30 MB; the web process or the command has checked.
CELERY = [*PYTHON, "celery", "--quiet", "--app=automl_site", "--skip-checks"]
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
        after=[*web_names(), *BACKGROUND, *FOR_WEB],
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
    """Decisions, and the sweep every few seconds (`runs.workers.send_on_time`)."""
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


# On a laptop's container the account is often root; the warning would greet every start.
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}


def names(*, with_web: bool) -> list[str]:
    """Return what has to run for this installation, in the order of starting."""
    first = ["valkey"] if settings.EMBEDDED_REDIS else []
    if not with_web:
        return [*first, *BACKGROUND]
    return [*first, *web_names(), *BACKGROUND, *FOR_WEB]


def environment(names: Iterable[str], **extra: str) -> dict[str, str]:
    """Return a keeper's environment: this one's, made explicit, and its orders."""
    makers = {
        "valkey": valkey,
        **dict.fromkeys(web_names(), further_web),
        "web": web,
        "worker": worker,
        "inference": inference,
        "control": control,
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
