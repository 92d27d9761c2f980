"""What the jobs on tables have in common: a lease, progress, a result that counts once."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from runs.enums import JobState
from runs.leasing import LeaseQuerySet, new_token, renewing

logger = logging.getLogger(__name__)

# A message not taken for this long is taken for lost and published again.
PATIENCE = timedelta(seconds=10)
# A page looks once a second; more often would only cost the database.
PROGRESS_SECONDS = 0.4
FREE: dict[str, Any] = {"lease_token": "", "lease_until": None, "worker": ""}

Report = Callable[[str, int, int], None]


def reporter(rows: LeaseQuerySet, token: str) -> Report:
    """Return an `on_progress` that stores what it is told, a few times a second."""
    last: dict[str, Any] = {"at": 0.0, "step": ""}

    def report(step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == last["step"] and now - last["at"] < PROGRESS_SECONDS:
            return
        last.update(at=now, step=step)
        progress = {"step": step, "done": int(done), "total": int(total)}
        rows.all().held(token).update(progress=progress)

    return report


def work_on(
    rows: LeaseQuerySet,
    compute: Callable[[str], dict[str, Any]],
    *,
    unexpected: str,
) -> None:
    """Compute one waiting row and record the changes that `compute(token)` returns.

    Nothing happens when the row does not wait any more; a `TableError` fails it with
    its sentence.
    """
    from runs.tables.errors import TableError

    token = new_token()
    if not rows.filter(state=JobState.WAITING).claim(token, state=JobState.WORKING):
        return
    with renewing(rows, token):
        try:
            changes = compute(token)
        except TableError as error:
            changes = {"state": JobState.FAILED, "error": str(error)}
            if getattr(error, "field", None) and hasattr(rows.model, "field"):
                changes["field"] = str(error.field)
        except rows.model.DoesNotExist:
            return
        except Exception:  # whatever happens, the page says that it failed
            logger.exception("Could not compute %s", rows.model.__name__)
            changes = {"state": JobState.FAILED, "error": unexpected}
        rows.held(token).update(**{"state": JobState.READY, **changes, **FREE})


def waiting_rows(
    everything: LeaseQuerySet, *, waiting: str, busy: str, failed: str, died: str
) -> list[int]:
    """Return the rows to tell the workers of (again), after freeing dead leases."""
    lapsed = everything.filter(state=busy).lapsed()
    lapsed.filter(attempts__gte=settings.MAX_ATTEMPTS).update(
        state=failed, error=died.format(attempts=settings.MAX_ATTEMPTS), **FREE
    )
    lapsed.update(state=waiting, published_at=None, **FREE)
    now = timezone.now()
    untold = everything.filter(state=waiting).filter(
        Q(published_at=None) | Q(published_at__lt=now - PATIENCE)
    )
    # Marked one by one: of two sweeps at the same time only one publishes each.
    return [
        pk
        for pk in untold.values_list("pk", flat=True)
        if untold.filter(pk=pk).update(published_at=now)
    ]
