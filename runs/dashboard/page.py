"""Everything that a project's page shows, with a fixed number of queries."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.paginator import Paginator

from runs import contents
from runs.access import may
from runs.dashboard.activity import happenings, latest
from runs.dashboard.parts import Contribution, DiskPart, Figure
from runs.dashboard.starting import YOUNG_RUNS, own_steps, way
from runs.dashboard.tables import Table, tables
from runs.enums import Phase, Role
from runs.listings import PROJECT_RUNS_A_PAGE, run_rows
from runs.models import Project
from runs.signals import project_shown

TABLES_SHOWN = 8


def dashboard(
    project: Project, user: User, *, page: str, all_tables: bool, has_looked: bool
) -> dict[str, Any]:
    """Return the page's context; `page` is the number of that of the runs."""
    added = contributions(project)
    runs = Paginator(run_rows(user).filter(project=project), PROJECT_RUNS_A_PAGE)
    shown_runs = runs.get_page(page)
    found = tables(project)
    n_active = project.runs.exclude(phase__in=Phase.ended()).count()
    n_predictable = sum(table.dataset.is_ready for table in found)
    newest = project.runs.values_list("pk", flat=True).first()
    steps = own_steps(
        datasets=[table.dataset for table in found],
        newest_run=newest,
        has_looked=has_looked,
    )
    for each in added:
        steps += each.steps
    the_way = way(steps)
    return {
        "project": project,
        "page": shown_runs,
        "tables": found if all_tables else found[:TABLES_SHOWN],
        "n_tables": len(found),
        "figures": [
            *own_figures(found, n_predictable, runs.count, n_active),
            *(figure for each in added for figure in each.figures),
        ],
        "panels": [panel for each in added for panel in each.panels],
        "happenings": latest(
            [*happenings(project), *(h for each in added for h in each.happenings)]
        ),
        "way": the_way if the_way.next_number and runs.count < YOUNG_RUNS else None,
        "members": contents.members(project),
        "can_edit": may(user, project, Role.EDITOR),
        "can_own": may(user, project, Role.OWNER),
        **disk(project, added),
    }


def contributions(project: Project) -> list[Contribution]:
    answers: list[Any] = project_shown.send(sender=Project, project=project)
    return [answer for _, answer in answers]


def own_figures(
    found: Sequence[Table], n_ready: int, n_runs: int, n_active: int
) -> list[Figure]:
    n_versions = sum(len(table.versions) for table in found)
    ready = "all ready" if n_ready == len(found) else f"{n_ready} ready"
    versions = f", {n_versions} versions" if n_versions > len(found) else ""
    return [
        Figure(
            "Datasets",
            f"{len(found):,}",
            "database",
            f"{ready}{versions}" if found else "none yet",
        ),
        Figure(
            "Runs",
            f"{n_runs:,}",
            "chart-dots",
            f"{n_active} at work" if n_active else "none at work",
        ),
    ]


def disk(project: Project, added: Sequence[Contribution]) -> dict[str, Any]:
    """Return what the project's files take, in parts, with what tables may take."""
    used = contents.used_bytes(project)
    parts = [DiskPart("Datasets", used), *(p for each in added for p in each.disk)]
    return {
        "disk": parts,
        "disk_bytes": sum(part.n_bytes or 0 for part in parts),
        "used_bytes": used,
        "quota_bytes": settings.PROJECT_QUOTA_MB * 1024**2,
    }
