"""A worker's right to compute something: a random token with an end time.

A lease is taken by one conditional UPDATE and renewed while its holder works. Whoever
was given up for dead and wakes again no longer holds the token, so changes nothing.
"""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psutil
from django.conf import settings
from django.db import DatabaseError, connection, models
from django.db.models import F, Q
from django.utils import timezone

logger = logging.getLogger(__name__)


def worker_name() -> str:
    """Return this process as `host/pid`: what a lease names as its holder."""
    return f"{socket.gethostname()}/{os.getpid()}"


def new_token() -> str:
    return uuid.uuid4().hex


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)


def is_dead(worker: str) -> bool:
    """Tell whether a holder on this host has no process any more."""
    host, _, pid = worker.rpartition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        # A zombie has ended: only its parent has not asked for its exit code yet.
        return psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class LeaseQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def claim(self, token: str, **changes: object) -> int:
        """Take the lease on these rows; the number of rows that were still free."""
        return self.update(
            lease_token=token,
            lease_until=lease_end(),
            attempts=F("attempts") + 1,
            worker=worker_name(),
            **changes,
        )

    def held(self, token: str) -> "LeaseQuerySet":
        return self.filter(lease_token=token)

    def renew(self, token: str) -> int:
        """Prolong the lease; 0 says it is lost or the rows are gone."""
        return self.held(token).update(lease_until=lease_end())

    def lapsed(self) -> "LeaseQuerySet":
        """Rows whose holder stopped renewing, or whose process on this host is gone."""
        holders = (
            self.exclude(lease_token="")
            .order_by()
            .values_list("worker", flat=True)
            .distinct()
        )
        # While the server ends its workers, nobody takes them for crashed.
        stopping = settings.STOPPING_FLAG.exists()
        dead = [w for w in holders if is_dead(w)] if not stopping else []
        late = Q(lease_until__lt=timezone.now()) | Q(worker__in=dead)
        return self.filter(late).exclude(lease_token="")


class Leased(models.Model):
    """Columns of a row that one worker at a time computes."""

    lease_token = models.CharField(
        max_length=32, blank=True, default="", editable=False
    )
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    worker = models.CharField(max_length=200, blank=True, default="", editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


@contextmanager
def renewing(rows: LeaseQuerySet, token: str) -> Iterator[threading.Event]:
    """Renew the lease on `rows` from a thread while the body works.

    Yields an event that is set once the lease is lost: the body should give up then,
    since nothing it could record would count.
    """
    lost, done = threading.Event(), threading.Event()

    def renew() -> None:
        try:
            while not done.wait(settings.LEASE_SECONDS / 3):
                try:
                    if not rows.all().renew(token):
                        lost.set()
                        return
                except DatabaseError:  # the next turn may succeed before the lease ends
                    logger.warning("Could not renew a lease", exc_info=True)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()
