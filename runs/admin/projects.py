"""The administration of projects, of who takes part, and of what they keep."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString

from runs import audit
from runs.admin.base import (
    DeletesWithFiles,
    NotesDeletion,
    Recorded,
    Unchangeable,
    listed,
    to,
)
from runs.contents import count_of
from runs.enums import Action, Role
from runs.models import Dataset, Membership, Project, Run, SavedPreset, TableView
from runs.services.datasets import at_work
from runs.services.projects import note_member


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Project)
class ProjectAdmin(DeletesWithFiles):
    list_display = ["name", "n_datasets", "n_runs", "n_members", "created_at"]
    search_fields = ["name", "description", "members__username"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [MembershipInline]

    deleted_as = Action.PROJECT_DELETED

    def save_model(
        self,
        request: HttpRequest,
        obj: Project,
        form: "ModelForm[Project]",
        change: bool,
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change or form.changed_data:
            action = Action.PROJECT_CHANGED if change else Action.PROJECT_CREATED
            audit.record(action, obj, project=obj)

    def save_formset(
        self,
        request: HttpRequest,
        form: "ModelForm[Project]",
        formset: Any,  # noqa: ANN401 - Django's, with what it has saved
        change: bool,
    ) -> None:
        super().save_formset(request, form, formset, change)
        members = [(Action.MEMBER_ADDED, one) for one in formset.new_objects]
        members += [(Action.MEMBER_CHANGED, one) for one, _ in formset.changed_objects]
        members += [(Action.MEMBER_REMOVED, one) for one in formset.deleted_objects]
        for action, one in members:
            note_member(action, one, f"{Role(one.role).label}, in the administration.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        rows: QuerySet[Project] = super().get_queryset(request)
        return rows.annotate(
            count_datasets=count_of(Dataset),
            count_runs=count_of(Run),
            count_members=Count("memberships"),
        )

    def protected(self, rows: QuerySet[Any]) -> list[str]:
        return at_work(Run.objects.filter(project__in=rows))

    @admin.display(description="datasets", ordering="count_datasets")
    def n_datasets(self, project: Project) -> SafeString:
        return listed(project, Dataset, "project", counted(project, "datasets"))

    @admin.display(description="runs", ordering="count_runs")
    def n_runs(self, project: Project) -> SafeString:
        return listed(project, Run, "project", counted(project, "runs"))

    @admin.display(description="members", ordering="count_members")
    def n_members(self, project: Project) -> SafeString:
        return listed(project, Membership, "project", counted(project, "members"))


def counted(row: Any, what: str) -> str:  # noqa: ANN401 - of any list
    return f"{getattr(row, f'count_{what}', 0):,}"


@admin.register(Membership)
class MembershipAdmin(Unchangeable):
    """Who takes part where; roles are given on the project's own page."""

    list_display = ["user", to("project"), "role"]
    list_filter = ["role"]
    search_fields = ["user__username", "project__name"]
    list_select_related = ["user", "project"]


@admin.register(SavedPreset)
class SavedPresetAdmin(NotesDeletion, Recorded):
    deleted_as = Action.PRESET_DELETED
    list_display = ["name", to("project"), "description", "created_by", "created_at"]
    search_fields = ["name", "project__name", "created_by__username"]
    list_select_related = ["project", "created_by"]


@admin.register(TableView)
class TableViewAdmin(Recorded):
    list_display = ["table", "user"]
    list_filter = ["table"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
