"""The lines of a run's log, newest first, a page at a time."""

from datetime import datetime
from typing import NamedTuple

from runs.addresses import whole_number
from runs.enums import Level
from runs.models import Run, RunEvent

LINES = 50
# From the least to the most serious: a filter shows a level and what is above.
LEVELS = [level.value for level in Level]


class LogLine(NamedTuple):
    pk: int
    at: datetime
    level: str
    message: str


class LogQuery(NamedTuple):
    """Which lines are wanted: of at least a level, with a text, older than an event."""

    level: str = ""
    text: str = ""
    before: int | None = None


def log_query(asked: "dict[str, str]") -> LogQuery:
    """Return what the address asks for; what is not known is not asked."""
    level, before = asked.get("level", ""), asked.get("before", "")
    return LogQuery(
        level=level if level in LEVELS else "",
        text=asked.get("text", "").strip(),
        before=whole_number(before),
    )


def latest_lines(run: Run) -> list[LogLine]:
    return log_lines(run, LogQuery())[:LINES]


def log_lines(run: Run, query: LogQuery) -> list[LogLine]:
    """Return a page of lines; one more than a page if there are older ones."""
    events = RunEvent.objects.filter(run=run)
    if query.level:
        events = events.filter(level__in=LEVELS[LEVELS.index(query.level) :])
    if query.text:
        events = events.filter(message__icontains=query.text)
    if query.before is not None:
        events = events.filter(pk__lt=query.before)
    rows = events.order_by("-pk").values_list("pk", "at", "level", "message")
    return [LogLine(*row) for row in rows[: LINES + 1]]
