"""What comes before the processes of an installation: claiming it, and its database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from runs.management.locks import Lock


class AlreadyRunningError(Exception):
    """Another server has this installation."""

    def __init__(self, holder: dict[str, object]) -> None:
        self.pid, self.address = holder.get("pid"), holder.get("address")
        at = f" at {self.address}" if self.address else ""
        process = f" (process {self.pid})" if self.pid else ""
        super().__init__(f"Tuneboard is already running{at}{process}.")


@contextmanager
def claim(address: str) -> Iterator[None]:
    """Be the one server of this installation while the body runs."""
    lock = Lock(settings.TUNEBOARD_HOME / "tuneboard.lock")
    if not lock.take(command="serve", address=address, started_at=time.time()):
        raise AlreadyRunningError(lock.holder())
    settings.STOPPING_FLAG.unlink(missing_ok=True)  # of one that was killed meanwhile
    try:
        yield
    finally:
        settings.STOPPING_FLAG.unlink(missing_ok=True)
        lock.release()


def migrate() -> None:
    """Bring the database up to date; of several processes, one does it."""
    lock = Lock(settings.TUNEBOARD_HOME / "locks" / "migrate.lock")
    lock.take(wait=True)
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        lock.release()
