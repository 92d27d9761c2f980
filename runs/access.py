"""Who may touch what: an object somebody may not see does not exist for them."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from runs.enums import Role
from runs.models import Dataset, Project, ProjectScopedQuerySet, Run

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


def may(user: AnyUser, project: Project, role: Role) -> bool:
    """Tell whether `user` has at least `role`: which buttons a page shows."""
    return Project.objects.visible_to(user, role).filter(pk=project.pk).exists()
