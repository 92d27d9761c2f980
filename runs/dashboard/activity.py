"""What was done in a project lately, from the rows that say so."""

from collections.abc import Iterator

from django.db.models import Max, Q

from runs.dashboard.parts import Happening
from runs.enums import EventKind, Level, Phase
from runs.models import Dataset, Project, Run, RunEvent

SHOWN = 12
# Of a search nearly all events are about single trials. What people did is looked for
# among the newest events of all; that a run began and ended, its own row says.
WINDOW = 5_000
BY_PEOPLE = (EventKind.REQUEST, EventKind.STEERING, EventKind.MODEL)
EVENT_ICONS = {
    EventKind.REQUEST: "hand-stop",
    EventKind.STEERING: "adjustments-horizontal",
    EventKind.MODEL: "box",
}
ENDS = {
    Phase.FINISHED: ("circle-check", "Search finished", Level.INFO),
    Phase.STOPPED: ("player-stop", "Search stopped", Level.WARNING),
    Phase.FAILED: ("circle-x", "Search failed", Level.ERROR),
}


def happenings(project: Project) -> list[Happening]:
    """Return what happened to the project's tables and runs; three queries."""
    return [*uploads(project), *beginnings_and_ends(project), *events(project)]


def latest(found: list[Happening]) -> list[Happening]:
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def uploads(project: Project) -> Iterator[Happening]:
    rows = (
        Dataset.objects.filter(project=project)
        .select_related("created_by")
        .only("name", "version", "created_at", "created_by__username")
        .order_by("-created_at", "-pk")
    )
    for dataset in rows[:SHOWN]:
        text = (
            "Table added"
            if dataset.version == 1
            else f"Version {dataset.version} of the table made"
        )
        yield Happening(
            at=dataset.created_at,
            icon="database-import",
            text=text,
            url=dataset.get_absolute_url(),
            subject=dataset.name,
            who=name_of(dataset.created_by),
        )


def beginnings_and_ends(project: Project) -> Iterator[Happening]:
    # A run that ended lately may have begun long ago, but among so many that changed
    # last it is.
    rows = (
        Run.objects.filter(project=project)
        .select_related("created_by")
        .only(*("name", "phase", "created_at", "finished_at", "created_by__username"))
        .order_by("-phase_changed_at")
    )
    for run in rows[:SHOWN]:
        yield of_run(run, "player-play", "Search started", run.created_at)
        end = ENDS.get(Phase(run.phase))
        if end and run.finished_at:
            icon, text, level = end
            about = of_run(run, icon, text, run.finished_at)
            yield about._replace(who="", level=level.value)


def of_run(run: Run, icon: str, text: str, at: object) -> Happening:
    return Happening(
        at=at,  # type: ignore[arg-type]  # asked for only where it is known
        icon=icon,
        text=text,
        url=run.get_absolute_url(),
        subject=run.name,
        who=name_of(run.created_by),
    )


def events(project: Project) -> Iterator[Happening]:
    newest = RunEvent.objects.aggregate(pk=Max("pk"))["pk"] or 0
    rows = (
        RunEvent.objects.filter(
            # Every run begins with one: its row has said so.
            Q(data__action__isnull=True) | ~Q(data__action="start"),
            pk__gt=newest - WINDOW,
            kind__in=BY_PEOPLE,
            run__project=project,
        )
        .select_related("run", "actor")
        .only("at", "kind", "level", "message", "run__name", "actor__username")
        .order_by("-pk")
    )
    for event in rows[:SHOWN]:
        yield Happening(
            at=event.at,
            icon=EVENT_ICONS[EventKind(event.kind)],
            text=event.message,
            url=event.run.get_absolute_url(),
            subject=event.run.name,
            who=name_of(event.actor),
            level=event.level,
        )


def name_of(user: object) -> str:
    return str(user) if user else ""
