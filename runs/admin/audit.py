"""The administration's view of the audit log."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from runs.admin.base import Unchangeable
from runs.enums import Action
from runs.models import AuditEntry


class ActionFilter(admin.SimpleListFilter):
    """The known actions; asking the table for those it holds would read all of it."""

    title = "action"
    parameter_name = "action"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Action.choices]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(Unchangeable):
    """Who did what, everywhere, also in projects that are gone."""

    list_display = [
        "at",
        "what",
        "object_name",
        "actor_name",
        "project_name",
        "note",
        "through",
        "address",
    ]
    list_filter = [ActionFilter, "through"]
    search_fields = ["actor_name", "object_name", "project_name", "note", "=address"]
    date_hierarchy = "at"
    # References may point at what is gone: the names and keys are what is kept.
    fields = [
        *("at", "what", "object_name", "object_id", "note"),
        *("actor_name", "actor_id", "project_name", "project_id"),
        *("through", "address"),
    ]
    readonly_fields = ["what", "actor_id", "project_id"]

    @admin.display(description="action", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        return entry.label
