"""Projects and their members: who may see what."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone

from runs.enums import Role
from runs.leasing import LeaseQuerySet


class ProjectScopedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows that belong to a project, however many steps away."""

    def visible_to(
        self, user: AbstractBaseUser | AnonymousUser, role: Role = Role.VIEWER
    ) -> Self:
        """Return what `user` may see, or do with at least `role`.

        The one rule of access: pages, sockets, files and the API all ask here.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if getattr(user, "is_superuser", False):
            return self.all()
        allowed = Membership.objects.filter(
            user_id=user.pk, role__in=Role.at_least(role)
        )
        path = self.model.PROJECT_PATH
        return self.filter(**{f"{path}__in": allowed.values("project")})


class LeasedProjectQuerySet(LeaseQuerySet, ProjectScopedQuerySet):  # type: ignore[override]
    pass


class Project(models.Model):
    PROJECT_PATH = "pk"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="projects"
    )

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("runs:project", args=[self.pk])


class Membership(models.Model):
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.VIEWER)

    class Meta:
        ordering = ["project", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "user"], name="one_role_a_member"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project} ({self.role})"
