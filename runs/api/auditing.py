"""What was done in a project, for its owners."""

from datetime import datetime

from django.db.models import F
from ninja import Field, Query, Router, Schema

from runs import audit
from runs.access import project_for
from runs.api.bodies import storable
from runs.api.paging import Key, page_of
from runs.api.problems import FieldError, invalid
from runs.api.responses import Paging, answers
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.models import AuditEntry

router = Router(tags=["Projects"])
LATEST = (Key(F("pk"), descending=True),)


class AuditOut(Schema):
    id: int
    at: datetime
    person: str = Field(description="Account name then; empty: nobody was signed in.")
    action: str
    label: str = Field(description="The action in words.")
    object: int | None = Field(description="Key among its kind; it may be gone.")
    object_name: str
    note: str
    through: str = Field(description="page, api or command")
    address: str | None


class AuditList(Schema):
    items: list[AuditOut]
    next_cursor: str | None


class AuditQuery(Paging):
    person: str = Field("", max_length=150, description="Only of this account name.")
    kind: str = Field(
        "",
        description="Only of this kind of object.",
        json_schema_extra={"enum": ["", *audit.KINDS]},
    )


def entry_out(entry: AuditEntry) -> AuditOut:
    return AuditOut(
        id=entry.pk,
        at=entry.at,
        person=entry.actor_name,
        action=entry.action,
        label=entry.label,
        object=entry.object_id,
        object_name=entry.object_name,
        note=entry.note,
        through=entry.through,
        address=entry.address,
    )


@router.get("/projects/{int:project_id}/audit", **answers(200, AuditList, 404, 422))
def list_audit(
    request: ApiRequest, project_id: int, query: Query[AuditQuery]
) -> AuditList:
    """Return what was done in a project, the latest first; for its owners."""
    project = project_for(request.user, project_id, Role.OWNER)
    errors = []
    if not storable(query.person):
        detail = "A name has no unprintable characters."
        errors.append(FieldError(detail, parameter="person"))
    if query.kind and query.kind not in audit.KINDS:
        detail = f"Kinds are {', '.join(audit.KINDS)}."
        errors.append(FieldError(detail, parameter="kind"))
    if errors:
        raise invalid(errors)
    found = page_of(
        audit.entries(project, person=query.person, kind=query.kind),
        LATEST,
        order=f"audit {project.pk}",
        cursor=query.cursor,
        limit=query.limit,
    )
    return AuditList(
        items=[entry_out(entry) for entry in found.rows], next_cursor=found.next_cursor
    )
