"""The administration of projects, datasets, runs, trials and events."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import CASCADE, Count, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs.contents import WIDE
from runs.models import (
    Dataset,
    Membership,
    Project,
    ReadingPreview,
    Run,
    RunEvent,
    TargetProfile,
    Trial,
)
from runs.search.algorithms import ALGORITHMS
from runs.services.runs import stop_run

# What a worker's lease consists of: of use to whoever looks for a stuck row.
LEASE = ["worker", "attempts", "lease_until", "published_at"]


class DeletesWithFiles(admin.ModelAdmin):  # type: ignore[type-arg]
    """Deletion that takes files along and says how much goes, in counts.

    Django's own page lists every row that goes along, which for a run means thousands.
    """

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        deletion = actions.get("delete_selected")
        if deletion:
            label = "Delete selected %(verbose_name_plural)s with their files"
            actions["delete_selected"] = (*deletion[:2], label)
        return actions

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        found = list(objs)
        rows = self.model._default_manager.filter(pk__in=[obj.pk for obj in found])
        return [str(obj) for obj in found], cascade_counts(rows), set(), []


def cascade_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """Return how many rows of each kind go when `rows` are deleted."""
    counts = {str(rows.model._meta.verbose_name_plural): rows.count()}
    for relation in rows.model._meta.related_objects:
        if relation.on_delete is CASCADE:
            children = relation.related_model._default_manager.filter(
                **{f"{relation.field.name}__in": rows.order_by().values("pk")}
            )
            # A row that is reached by two ways goes once.
            counts = cascade_counts(children) | counts
    return counts


class Recorded(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that workers write: to be looked at, never to be edited by hand."""

    list_per_page = 50
    # Counting a million rows for "of how many" would be the slowest part of the page.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Project)
class ProjectAdmin(DeletesWithFiles):
    list_display = ["name", "n_datasets", "n_members", "created_at"]
    search_fields = ["name", "description", "members__username"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        rows: QuerySet[Project] = super().get_queryset(request)
        return rows.annotate(
            count_datasets=Count("datasets", distinct=True),
            count_members=Count("memberships", distinct=True),
        )

    @admin.display(description="datasets", ordering="count_datasets")
    def n_datasets(self, project: Project) -> int:
        return int(getattr(project, "count_datasets", 0))

    @admin.display(description="members", ordering="count_members")
    def n_members(self, project: Project) -> int:
        return int(getattr(project, "count_members", 0))


@admin.register(Dataset)
class DatasetAdmin(DeletesWithFiles, Recorded):
    list_display = [
        "name",
        "version",
        "project",
        "state",
        "n_rows",
        "n_columns",
        "size",
        "created_by",
        "created_at",
    ]
    list_filter = ["state"]
    search_fields = ["name", "filename", "project__name", "created_by__username"]
    date_hierarchy = "created_at"
    list_select_related = ["project", "created_by"]
    fields = [
        "name",
        "page",
        "project",
        "filename",
        "size",
        "stored",
        "state",
        "error",
        "n_rows",
        "n_columns",
        "version",
        "original",
        "options",
        "kinds",
        "drop_duplicates",
        "pending",
        "progress",
        "reading",
        "repairs",
        "advice",
        "accepted",
        "columns",
        "content_hash",
        "created_by",
        "created_at",
        *LEASE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        return super().get_queryset(request).defer("preview", "profile")

    @admin.display(ordering="size_bytes")
    def size(self, dataset: Dataset) -> str:
        return filesizeformat(dataset.size_bytes)

    @admin.display(description="stored files")
    def stored(self, dataset: Dataset) -> str:
        # Names only: files are served through the pages, which check access.
        return ", ".join(str(file) for file in (dataset.source, dataset.table) if file)

    @admin.display
    def page(self, dataset: Dataset) -> SafeString:
        return link(dataset.get_absolute_url(), "open")


@admin.register(TargetProfile)
class TargetProfileAdmin(Recorded):
    list_display = ["target", "dataset", "state", "worker", "attempts", "created_at"]
    list_filter = ["state"]
    search_fields = ["target", "dataset__name"]
    list_select_related = ["dataset"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TargetProfile]:
        rows: QuerySet[TargetProfile] = super().get_queryset(request)
        return rows.defer(*(f"dataset__{name}" for name in WIDE))


@admin.register(ReadingPreview)
class ReadingPreviewAdmin(Recorded):
    list_display = ["dataset", "options", "state", "worker", "attempts", "created_at"]
    list_filter = ["state"]
    search_fields = ["dataset__name"]
    list_select_related = ["dataset"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReadingPreview]:
        rows: QuerySet[ReadingPreview] = super().get_queryset(request)
        return rows.defer("data", *(f"dataset__{name}" for name in WIDE))


@admin.register(Run)
class RunAdmin(DeletesWithFiles, Recorded):
    list_display = [
        "name",
        "project",
        "dataset",
        "target",
        "task",
        "phase",
        "best",
        "created_by",
        "created_at",
    ]
    list_filter = ["phase", "task", "strategy", "scoring"]
    search_fields = ["name", "target", "project__name", "dataset__name"]
    date_hierarchy = "created_at"
    list_select_related = ["project", "dataset", "created_by"]
    actions = ["stop"]
    readonly_fields = ["page", "its_trials", "best"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        wide = ["dataset__columns", "dataset__preview"]
        return super().get_queryset(request).defer(*wide)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ANN401 - Django's union
        own = [field.name for field in Run._meta.fields if field.name != "lease_token"]
        return ["page", "its_trials", "best", *own]

    @admin.display(description="best score", ordering="best_value")
    def best(self, run: Run) -> str:
        return "-" if run.best_value is None else f"{run.best_value:.5g} {run.scoring}"

    @admin.display
    def page(self, run: Run) -> SafeString:
        return link(run.get_absolute_url(), "open")

    @admin.display(description="trials")
    def its_trials(self, run: Run) -> SafeString:
        address = reverse("admin:runs_trial_changelist")
        return link(f"{address}?run__id__exact={run.pk}", "list")

    def has_stop_permission(self, request: HttpRequest) -> bool:
        # Nobody may edit a run here, but who could may stop it.
        return bool(request.user.has_perm("runs.change_run"))

    @admin.action(description="Stop selected runs", permissions=["stop"])
    def stop(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        actor = cast("User", request.user)  # the admin lets nobody in unnamed
        stopped = 0
        for run in runs:
            try:
                stop_run(run, user=actor)
            except ValidationError as error:
                text = f"{run}: {error.messages[0]}"
                self.message_user(request, text, messages.WARNING)
            else:
                stopped += 1
        if stopped:
            runs_are = "1 run is" if stopped == 1 else f"{stopped} runs are"
            self.message_user(request, f"{runs_are} stopping.", messages.SUCCESS)


def link(address: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, text)


class AlgorithmFilter(admin.SimpleListFilter):
    """The known algorithms; asking the table for those it holds would read all of it."""

    title = "algorithm"
    parameter_name = "algorithm"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        return [(name, algorithm.title) for name, algorithm in ALGORITHMS.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Trial]
    ) -> QuerySet[Trial]:
        return queryset.filter(algorithm=self.value()) if self.value() else queryset


class Unchangeable(Recorded):
    """The record of a search: it goes with its run, never row by row."""

    ordering = ["-pk"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(Trial)
class TrialAdmin(Unchangeable):
    list_display = [
        "number",
        "run",
        "algorithm",
        "state",
        "value",
        "fold",
        "attempts",
        "finished_at",
    ]
    list_filter = ["state", AlgorithmFilter]
    search_fields = ["run__name", "=number"]
    list_select_related = ["run"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        return super().get_queryset(request).defer("run__spaces", "run__features")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # The link from a run to its trials.
        return lookup == "run__id__exact" or super().lookup_allowed(
            lookup, value, request
        )


@admin.register(RunEvent)
class RunEventAdmin(Unchangeable):
    list_display = ["at", "run", "kind", "level", "message", "actor"]
    list_filter = ["kind", "level"]
    search_fields = ["run__name", "message"]
    list_select_related = ["run", "actor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RunEvent]:
        return super().get_queryset(request).defer("run__spaces", "run__features")
