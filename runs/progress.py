"""Telling people: events as rows, and the hint that a run has changed."""

from functools import partial
from typing import Any

from django.db import transaction

from runs.announcing import announcer
from runs.enums import EventKind, Level
from runs.models import Run, RunEvent


def publish(run_id: int) -> None:
    """Hint to every web process that a run has changed."""
    announcer().announce(run_id)


def publish_on_commit(run_id: int) -> None:
    transaction.on_commit(partial(publish, run_id))


def record_event(
    run: Run,
    kind: EventKind,
    message: str,
    *,
    level: Level = Level.INFO,
    data: dict[str, Any] | None = None,
    actor_id: int | None = None,
) -> RunEvent:
    """Write down what happened and announce it after the commit.

    Call it in the transaction of the change itself, under the run's row lock.
    """
    event = RunEvent.objects.create(
        run=run,
        kind=kind,
        message=message,
        level=level,
        data=data or {},
        actor_id=actor_id,
    )
    publish_on_commit(run.pk)
    return event
