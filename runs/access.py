"""Who may touch what: an object somebody may not see does not exist for them."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from runs.enums import Role
from runs.models import (
    Dataset,
    Membership,
    Preflight,
    Project,
    ProjectScopedQuerySet,
    Run,
    SavedPreset,
)

AnyUser = AbstractBaseUser | AnonymousUser


def visible(rows: ProjectScopedQuerySet, user: AnyUser, pk: int, role: Role) -> Any:  # noqa: ANN401 - an object of the queryset's model
    """Return the row, 404 when `user` cannot see it, 403 when the role is too low."""
    found = rows.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    if role != Role.VIEWER and not rows.visible_to(user, role).filter(pk=pk).exists():
        message = f"This needs the role {role.label.lower()} in the project."
        raise PermissionDenied(message)
    return found


def project_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Project:
    found: Project = visible(Project.objects.all(), user, pk, role)
    return found


def dataset_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Dataset:
    found: Dataset = visible(Dataset.objects.select_related("project"), user, pk, role)
    return found


def run_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Run:
    found: Run = visible(
        Run.objects.select_related("project", "dataset"), user, pk, role
    )
    return found


def preset_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> SavedPreset:
    rows = SavedPreset.objects.select_related("project")
    found: SavedPreset = visible(rows, user, pk, role)
    return found


def preflight_for(user: AnyUser, pk: int, role: Role = Role.VIEWER) -> Preflight:
    rows = Preflight.objects.select_related("dataset__project")
    found: Preflight = visible(rows, user, pk, role)
    return found


def membership_to_end(user: AnyUser, project_id: int, member_id: int) -> Membership:
    """Return a membership that `user` may end: their own, or any as an owner."""
    role = Role.VIEWER if member_id == user.pk else Role.OWNER
    project = project_for(user, project_id, role)
    return get_object_or_404(project.memberships, user=member_id)


def may(user: AnyUser, project: Project, role: Role) -> bool:
    """Tell whether `user` has at least `role`: which buttons a page shows."""
    return Project.objects.visible_to(user, role).filter(pk=project.pk).exists()
