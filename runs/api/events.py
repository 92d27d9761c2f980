"""What has happened to a run, in its order: nothing is lost on a reconnect."""

from datetime import datetime
from typing import Any

from ninja import Field, Query, Router, Schema

from runs.access import run_for
from runs.api.paging import MOST
from runs.api.responses import MAX_ID, answers
from runs.api.security import ApiRequest
from runs.models import Run, RunEvent

router = Router(tags=["Runs"])


class EventOut(Schema):
    id: int
    at: datetime
    kind: str
    level: str
    message: str
    data: dict[str, Any]
    actor: str | None


class EventList(Schema):
    items: list[EventOut]
    last_id: int = Field(description="What to ask for next as `since`.")
    has_more: bool = Field(description="Whether there are later ones already.")


class EventQuery(Schema):
    since: int = Field(0, ge=0, le=MAX_ID, description="Only events after this id.")
    limit: int = Field(100, ge=1, le=MOST)


def event_out(event: RunEvent) -> EventOut:
    return EventOut(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        level=event.level,
        message=event.message,
        data=event.data,
        actor=event.actor.get_username() if event.actor else None,
    )


def events_after(run: Run, since: int, *, limit: int) -> list[EventOut]:
    """Return the next events; ids of a run's events are in the order of their commits."""
    rows = RunEvent.objects.filter(run=run, pk__gt=since).order_by("pk")
    return [event_out(event) for event in rows.select_related("actor")[:limit]]


@router.get("/runs/{int:run_id}/events", **answers(200, EventList, 404, 422))
def list_events(
    request: ApiRequest, run_id: int, query: Query[EventQuery]
) -> EventList:
    """Return what has happened since an event, the oldest first.

    The web socket `/ws/v1/runs/{run_id}/events?since=ID` sends the same objects one by
    one, the earlier ones and then each as it happens, and `{"type": "end"}` after the last.
    """
    run = run_for(request.user, run_id)
    found = events_after(run, query.since, limit=query.limit + 1)
    items = found[: query.limit]
    return EventList(
        items=items,
        last_id=items[-1].id if items else query.since,
        has_more=len(found) > query.limit,
    )
