"""What was done in a project, for its owners: a page, and a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from runs import audit
from runs.access import project_for
from runs.addresses import whole_number
from runs.enums import Role
from runs.http import PageRequest, download
from runs.models import AuditEntry, Project
from runs.spreadsheets import safe_lines

ENTRIES_A_PAGE = 50
HEADER = ["at", "person", "action", "object", "note", "through", "address"]


@require_GET
@login_required
def index(request: PageRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, Role.OWNER)
    asked = filters(request)
    found = audit.entries(project, **asked)
    if before := whole_number(request.GET.get("before", "")):
        found = found.filter(pk__lt=before)
    entries = list(found[: ENTRIES_A_PAGE + 1])
    shown = entries[:ENTRIES_A_PAGE]
    older = ""
    if len(entries) > ENTRIES_A_PAGE:
        query = request.GET.copy()
        query["before"] = str(shown[-1].pk)
        older = query.urlencode()
    context = {
        "project": project,
        "entries": shown,
        "older": older,
        "asked": asked,
        "is_filtered": any(asked.values()),
        "people": audit.people(project),
        "kinds": audit.KINDS,
    }
    return render(request, "runs/audit.html", context)


@require_GET
@login_required
def as_csv(request: PageRequest, project_id: int) -> HttpResponseBase:
    """Send all entries that pass the filters."""
    project = project_for(request.user, project_id, Role.OWNER)
    return download(
        request,
        safe_lines(rows(project, filters(request))),
        filename=f"{slugify(project.name) or 'project'}-audit.csv",
        content_type="text/csv; charset=utf-8",
    )


def filters(request: PageRequest) -> dict[str, str]:
    """Return whom and what the address asks for; what nobody knows is left out."""
    kind = request.GET.get("kind", "")
    person = request.GET.get("person", "").replace("\0", "")[:150]
    return {"person": person, "kind": kind if kind in audit.KINDS else ""}


def rows(project: Project, asked: dict[str, str]) -> Iterator[list[Any]]:
    yield HEADER
    for entry in audit.entries(project, **asked).iterator():
        yield row(entry)


def row(entry: AuditEntry) -> list[Any]:
    return [
        entry.at.isoformat(timespec="seconds"),
        entry.actor_name,
        entry.action,
        entry.object_name,
        entry.note,
        entry.through,
        entry.address or "",
    ]
