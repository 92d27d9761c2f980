"""Who did what, and when: rows that stay when what they tell of is gone."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from runs.enums import Action, Through
from runs.models.projects import Project, ProjectScopedQuerySet


class AuditEntry(models.Model):
    """One thing that somebody did. Names are kept as they were then.

    Nothing holds these rows and they hold nothing: a deletion neither takes them along
    nor writes into them, so references may point at what is there no more.
    """

    PROJECT_PATH = "project"

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    # Of `Action`; what an earlier version knew stays readable.
    action = models.CharField(max_length=32)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    project = models.ForeignKey(
        Project,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    project_name = models.CharField(max_length=120, blank=True)
    # What it was done to, by its key among its kind and its name.
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    through = models.CharField(max_length=8, choices=Through)
    address = models.GenericIPAddressField(null=True, unpack_ipv4=True)

    objects = ProjectScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.label}: {self.object_name}"

    @property
    def label(self) -> str:
        known = self.action in Action.values
        return str(Action(self.action).label) if known else self.action
