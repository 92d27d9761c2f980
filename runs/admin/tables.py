"""The administration of tables, and of what workers compute of them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from runs.admin.base import LEASE, DeletesWithFiles, Requeues, link, listed, to
from runs.contents import WIDE
from runs.enums import Action, DatasetState, JobState
from runs.models import Dataset, Preflight, ReadingPreview, Run, TargetProfile
from runs.services.datasets import at_work

JOB_STATES: dict[str, str] = {
    JobState.WAITING: JobState.WAITING,
    JobState.WORKING: JobState.WAITING,
    JobState.FAILED: JobState.WAITING,
}


@admin.register(Dataset)
class DatasetAdmin(DeletesWithFiles, Requeues):
    deleted_as = Action.DATASET_DELETED
    states = {
        DatasetState.WAITING: DatasetState.WAITING,
        DatasetState.READING: DatasetState.WAITING,
        DatasetState.FAILED: DatasetState.WAITING,
    }
    list_display = [
        "name",
        "version",
        to("project"),
        "state",
        "n_rows",
        "n_columns",
        "n_runs",
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
        "n_runs",
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
        rows: QuerySet[Dataset] = super().get_queryset(request)
        n_runs = Run.objects.filter(dataset=OuterRef("pk")).order_by()
        n = n_runs.values("dataset").annotate(n=Count("pk")).values("n")
        return rows.defer("preview", "profile").annotate(
            count_runs=Coalesce(Subquery(n), 0)
        )

    def protected(self, rows: QuerySet[Any]) -> list[str]:
        return at_work(Run.objects.filter(dataset__in=rows))

    @admin.display(description="runs", ordering="count_runs")
    def n_runs(self, dataset: Dataset) -> SafeString:
        return listed(dataset, Run, "dataset", f"{getattr(dataset, 'count_runs', 0):,}")

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
class TargetProfileAdmin(Requeues):
    states = JOB_STATES
    list_display = [
        "target",
        to("dataset"),
        "state",
        "worker",
        "attempts",
        "created_at",
    ]
    list_filter = ["state"]
    search_fields = ["target", "dataset__name"]
    list_select_related = ["dataset"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TargetProfile]:
        rows: QuerySet[TargetProfile] = super().get_queryset(request)
        return rows.defer(*(f"dataset__{name}" for name in WIDE))


@admin.register(ReadingPreview)
class ReadingPreviewAdmin(Requeues):
    states = JOB_STATES
    list_display = [
        "__str__",
        to("dataset"),
        "options",
        "state",
        "worker",
        "attempts",
        "created_at",
    ]
    list_filter = ["state"]
    search_fields = ["dataset__name"]
    list_select_related = ["dataset"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReadingPreview]:
        rows: QuerySet[ReadingPreview] = super().get_queryset(request)
        return rows.defer("data", *(f"dataset__{name}" for name in WIDE))


@admin.register(Preflight)
class PreflightAdmin(Requeues):
    states = JOB_STATES
    list_display = [
        "__str__",
        to("dataset"),
        "state",
        "worker",
        "attempts",
        "created_at",
    ]
    list_filter = ["state"]
    search_fields = ["dataset__name"]
    list_select_related = ["dataset"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Preflight]:
        rows: QuerySet[Preflight] = super().get_queryset(request)
        return rows.defer(
            *("data", "specification"), *(f"dataset__{name}" for name in WIDE)
        )
