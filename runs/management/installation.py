"""The workers of one installation, shared by the server and any number of commands."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings
from redis.exceptions import RedisError

from runs import claims, workers
from runs.management import processes
from runs.management.startup import migrate

START_SECONDS = 120.0
LOG_LIMIT_BYTES = 1_000_000


class ServicesError(Exception):
    """The background processes of a command did not start."""


@contextmanager
def services() -> Iterator[None]:
    """Have workers while the body runs, started here when nobody else has them.

    Safe to enter from several commands at once, and while a server runs: their keepers
    stand by, and take over within seconds when the ones at work vanish.
    """
    migrate()
    if not settings.EMBEDDED_REDIS and count_workers():
        yield
        return
    with log_file() as log:
        keeper = start_keeper(log)
        try:
            wait_for_workers(keeper)
            yield
        finally:
            stop_keeper(keeper)
            claims.release_leases()


def start_keeper(log: TextIO) -> "subprocess.Popen[bytes]":
    names = processes.names(with_web=False)
    return subprocess.Popen(  # noqa: S603 - our own command
        [*processes.PYTHON, "runs.management.keep", *names],
        cwd=settings.BASE_DIR,
        env=processes.environment(names),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends the command, which then ends these
    )


def stop_keeper(keeper: "subprocess.Popen[bytes]") -> None:
    keeper.terminate()
    try:
        keeper.wait(3 * processes.GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


def wait_for_workers(keeper: "subprocess.Popen[bytes]") -> None:
    """Wait until a worker is there to take work, or raise `ServicesError`."""
    deadline = time.monotonic() + START_SECONDS
    while not count_workers():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise ServicesError(f"The workers did not start; see {log_path()}.")
        time.sleep(0.1)


def count_workers() -> int:
    try:
        return workers.live_workers()
    except RedisError:  # not started yet, or going away
        return 0


def log_path() -> Path:
    return Path(settings.TUNEBOARD_HOME / "log" / "services.log")


@contextmanager
def log_file() -> Iterator[TextIO]:
    path = log_path()
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("a") as log:
        yield log
