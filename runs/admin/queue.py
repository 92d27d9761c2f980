"""What waits and who works: the queue and the workers in the administration."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from runs import workers
from runs.enums import Phase, TrialState
from runs.leasing import Leased
from runs.live.fleet import fleet
from runs.models import Run, Trial

# States in which rows of every kind wait for a worker: a fitted model for its evaluation.
WAITING = ("waiting", "fitted")


class Line(NamedTuple):
    """How much of one kind of work there is."""

    name: str
    url: str
    n_waiting: int
    n_held: int  # by workers
    n_late: int  # whose worker has not renewed its lease in time
    n_failed: int


def lines() -> Iterator[Line]:
    """Yield each kind of work; one query a kind, whatever there is of it."""
    now = timezone.now()
    for model in apps.get_models():
        if not issubclass(model, Leased):
            continue
        rows: Any = model._default_manager.order_by()
        waiting, failed = Q(state__in=WAITING), Q(state="failed")
        if model is Run:
            waiting, failed = Q(phase=Phase.QUEUED), Q(phase=Phase.FAILED)
        if model is Trial:
            # Those of runs that go on: of all others an index would have to be read whole.
            rows = rows.filter(run__phase__in=RUNNING)
            failed = Q(state=TrialState.FAILED)
        held = ~Q(lease_token="")
        found = rows.aggregate(
            n_waiting=Count("pk", filter=waiting),
            n_held=Count("pk", filter=held),
            n_late=Count("pk", filter=held & Q(lease_until__lt=now)),
            n_failed=Count("pk", filter=failed),
        )
        opts = model._meta
        yield Line(
            name=capfirst(str(opts.verbose_name_plural)),
            url=reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
            **found,
        )


RUNNING = [phase for phase in Phase if phase not in Phase.ended()]


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the broker's queues, the work in the database, and what each worker does."""
    # Whoever may look at runs may know what waits; the admin's site lets in staff alone.
    if not request.user.has_perm("runs.view_run"):
        raise PermissionDenied
    try:
        lengths = workers.queue_lengths()
    except (OSError, RedisError):
        lengths = {}
    context = {
        **admin.site.each_context(request),
        "title": "Queue and workers",
        "lines": list(lines()),
        "lengths": lengths,
        "fleet": fleet(request.user),
    }
    return render(request, "admin/queue.html", context)
