"""How this app's workers hold what they compute."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from runs.leasing import LeaseQuerySet, new_token, renewing
from runs.lifecycle import REPUBLISH_SECONDS

FREE: dict[str, Any] = {"lease_token": "", "lease_until": None, "worker": ""}
# Recorded together with a result: the next step starts with all of its attempts.
DONE: dict[str, Any] = {**FREE, "attempts": 0, "published_at": None, "error": ""}


@contextmanager
def working(rows: LeaseQuerySet, *, waiting: str, busy: str) -> Iterator[str]:
    """Hold the one waiting row of `rows` while the body works.

    Yields the lease's token, empty if there was nothing to claim. Whatever the body
    records it must record through `held(token)`.
    """
    token = new_token()
    # One UPDATE: two workers given the same message cannot both start.
    if not rows.filter(state=waiting, lease_token="").claim(token, state=busy):
        yield ""
        return
    with renewing(rows, token):
        try:
            yield token
        except SystemExit:
            # This worker was told to end: another may begin at once, uncounted.
            rows.held(token).update(
                **FREE, state=waiting, attempts=F("attempts") - 1, published_at=None
            )
            raise


def return_lapsed(
    rows: LeaseQuerySet, *, waiting: str, busy: str, failed: str, doing: str
) -> list[int]:
    """Give back what dead workers held; return those that failed for the last time."""
    lapsed = rows.filter(state=busy).lapsed()
    hopeless = []
    for pk, token, attempts in list(
        lapsed.values_list("pk", "lease_token", "attempts")
    ):
        # By its token: who renewed the lease in this moment keeps it.
        held = rows.filter(pk=pk, state=busy).held(token)
        if attempts >= settings.MAX_ATTEMPTS:
            if held.update(**FREE, state=failed, error=died(doing)):
                hopeless.append(pk)
        else:
            held.update(**FREE, state=waiting, published_at=None)
    return hopeless


def died(doing: str) -> str:
    return (
        f"The worker process ended {settings.MAX_ATTEMPTS} times while {doing}, most "
        "likely for lack of memory."
    )


def take_unpublished(rows: LeaseQuerySet) -> list[int]:
    """Return the waiting rows whose message is missing, and note that it is sent."""
    now = timezone.now()
    late = now - timedelta(seconds=REPUBLISH_SECONDS)
    silent = rows.filter(
        Q(published_at=None) | Q(published_at__lt=late), lease_token=""
    )
    # Marked one by one: of two sweeps at the same time only one publishes each.
    return [
        pk
        for pk in silent.order_by("pk").values_list("pk", flat=True)
        if silent.filter(pk=pk).update(published_at=now)
    ]
