"""What people keep besides runs: presets of a project, and how they like to see tables."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from runs.models.projects import Project, ProjectScopedQuerySet


class SavedPreset(models.Model):
    """A project's own preset: the answers of a configuration, without table and target."""

    PROJECT_PATH = "project"

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="saved_presets"
    )
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    specification = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        ordering = ["project", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], name="one_preset_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TableView(models.Model):
    """How a person wants a table shown: hidden columns, their order, rows a page."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="table_views"
    )
    table = models.CharField(max_length=50)
    layout = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["user", "table"]
        constraints = [
            models.UniqueConstraint(fields=["user", "table"], name="one_view_a_table")
        ]

    def __str__(self) -> str:
        return f"{self.table} of {self.user}"
