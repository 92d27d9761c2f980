"""Telling people: events as rows, and the hint that a run has changed."""

import logging
from functools import partial
from typing import Any, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

from runs.enums import EventKind, Level
from runs.models import Run, RunEvent

logger = logging.getLogger(__name__)


class RunChanged(TypedDict):
    """The message of a run's group: look again. What there is to see is in the database."""

    type: str
    run_id: int


def group_name(run_id: int) -> str:
    return f"run.{run_id}"


def publish(run_id: int) -> None:
    """Hint to every web process that a run has changed."""
    message = RunChanged(type="run.changed", run_id=run_id)
    layer = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(group_name(run_id), message)
    except (OSError, RedisError):
        # Only a hint: what happened is stored, and pages look again by themselves.
        logger.warning("Could not announce a change of run %s", run_id)


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
