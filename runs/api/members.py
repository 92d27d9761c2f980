"""Members of a project and their roles."""

from django.core.exceptions import ValidationError
from django.db.models import Case, F, IntegerField, Value, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from runs.access import membership_to_end, project_for
from runs.api.bodies import json_body, refuse_form_errors, shaped
from runs.api.creating import creates
from runs.api.paging import Key, page_of
from runs.api.problems import ProblemError
from runs.api.responses import SENT, Paging, answers, body, sends
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.forms.projects import MemberForm, RoleForm
from runs.models import Membership
from runs.services import projects as services

router = Router(tags=["Members"])
RANKS = [When(role=role, then=Value(-at)) for at, role in enumerate(Role)]
OWNERS_FIRST = (
    Key(Case(*RANKS, output_field=IntegerField())),
    Key(F("user__username")),
)


class MemberIn(Schema):
    model_config = ConfigDict(extra="forbid")

    username: str
    role: Role = Role.VIEWER


class RoleIn(Schema):
    model_config = ConfigDict(extra="forbid")

    role: Role


class MemberOut(Schema):
    user: int = Field(description="Names the member in the addresses of this group.")
    url: str
    username: str
    role: str


class MemberList(Schema):
    items: list[MemberOut]
    next_cursor: str | None


def member_out(member: Membership) -> MemberOut:
    names = [member.project_id, member.user_id]
    return MemberOut(
        user=member.user_id,
        url=reverse("api:get_member", args=names),
        username=member.user.get_username(),
        role=member.role,
    )


@router.get("/projects/{int:project_id}/members", **answers(200, MemberList, 404, 422))
def list_members(
    request: ApiRequest, project_id: int, paging: Query[Paging]
) -> MemberList:
    """Return the members of a project, owners first, then by name."""
    project = project_for(request.user, project_id)
    found = page_of(
        project.memberships.select_related("user"),
        OWNERS_FIRST,
        order=f"members {project.pk}",
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return MemberList(
        items=[member_out(member) for member in found.rows],
        next_cursor=found.next_cursor,
    )


@router.post(
    "/projects/{int:project_id}/members",
    **answers(
        201,
        MemberOut,
        404,
        *SENT,
        **body(MemberIn, example={"username": "grace", "role": "editor"}),
    ),
)
@creates
def add_member(request: ApiRequest, project_id: int) -> MemberOut:
    """Let somebody who has an account take part, in a role."""
    project = project_for(request.user, project_id, Role.OWNER)
    wish = shaped(json_body(request), MemberIn)
    form = MemberForm(wish.model_dump())
    refuse_form_errors(form)
    return member_out(services.add_member(project, **form.cleaned_data))


@router.get(
    "/projects/{int:project_id}/members/{int:user_id}", **answers(200, MemberOut, 404)
)
def get_member(request: ApiRequest, project_id: int, user_id: int) -> MemberOut:
    """Return one member."""
    project = project_for(request.user, project_id)
    members = project.memberships.select_related("user")
    return member_out(get_object_or_404(members, user=user_id))


@router.patch(
    "/projects/{int:project_id}/members/{int:user_id}",
    **answers(200, MemberOut, 404, *SENT, **sends(RoleIn, example={"role": "viewer"})),
)
def change_member(request: ApiRequest, project_id: int, user_id: int) -> MemberOut:
    """Give a member another role; the last owner stays one."""
    project = project_for(request.user, project_id, Role.OWNER)
    members = project.memberships.select_related("user")
    membership = get_object_or_404(members, user=user_id)
    form = RoleForm(shaped(json_body(request), RoleIn).model_dump())
    refuse_form_errors(form)
    services.change_role(membership, **form.cleaned_data)
    return member_out(membership)


@router.delete(
    "/projects/{int:project_id}/members/{int:user_id}", **answers(204, None, 404, 409)
)
def remove_member(request: ApiRequest, project_id: int, user_id: int) -> Status[None]:
    """Send a member away, or leave: owners may do either, others leave."""
    membership = membership_to_end(request.user, project_id, user_id)
    try:
        services.remove_member(membership)
    except ValidationError as error:  # the last owner; no field was sent
        raise ProblemError(409, " ".join(error.messages)) from None
    return Status(204, None)
