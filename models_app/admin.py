"""Models, artifacts and predictions: to be looked at, and deleted with their files."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from models_app.models import Artifact, ModelMeta, Prediction
from runs.admin import LEASE, DeletesWithFiles, Recorded, link


class ArtifactInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Artifact
    fields = ["kind", "rows", "n_rows", "schema_version", "created_at"]
    readonly_fields = ["kind", "rows", "n_rows", "schema_version", "created_at"]
    can_delete = False
    show_change_link = True
    extra = 0
    max_num = 0

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(ModelMeta)
class ModelMetaAdmin(Recorded, DeletesWithFiles):
    list_display = [
        "id",
        "algorithm",
        "run",
        "state",
        "value",
        "rows",
        "fit_seconds",
        "size",
        "created_at",
    ]
    list_display_links = ["id", "algorithm"]
    list_filter = ["state", "algorithm", "rows"]
    list_select_related = ["run"]
    search_fields = ["run__name", "algorithm", "run__project__name"]
    date_hierarchy = "created_at"
    inlines = [ArtifactInline]
    fields = [
        "page",
        "run",
        "trial",
        "algorithm",
        "params",
        "value",
        "state",
        "error",
        "metrics",
        "rows",
        "n_rows_evaluated",
        "fit_seconds",
        "predict_seconds",
        "size",
        "created_at",
        *LEASE,
    ]
    readonly_fields = ["page", "size"]

    @admin.display(ordering="size_bytes")
    def size(self, model: ModelMeta) -> str:
        return "-" if model.size_bytes is None else filesizeformat(model.size_bytes)

    @admin.display
    def page(self, model: ModelMeta) -> SafeString:
        return link(model.get_absolute_url(), "open")


@admin.register(Artifact)
class ArtifactAdmin(Recorded, DeletesWithFiles):
    list_display = ["id", "kind", "model", "rows", "n_rows", "created_at"]
    list_filter = ["kind", "rows"]
    list_select_related = ["model__run"]
    search_fields = ["model__run__name", "model__algorithm"]
    date_hierarchy = "created_at"
    fields = [
        "model",
        "kind",
        "rows",
        "n_rows",
        "schema_version",
        "data",
        "stored",
        "created_at",
    ]
    readonly_fields = ["stored"]

    # Names only: files are served through the pages, which check access.
    @admin.display(description="stored file")
    def stored(self, artifact: Artifact) -> str:
        return str(artifact.file) or "-"


@admin.register(Prediction)
class PredictionAdmin(Recorded, DeletesWithFiles):
    list_display = [
        "id",
        "filename",
        "model",
        "state",
        "n_rows",
        "created_by",
        "created_at",
    ]
    list_display_links = ["id", "filename"]
    list_filter = ["state"]
    list_select_related = ["model__run", "created_by"]
    search_fields = ["filename", "model__run__name", "created_by__username"]
    date_hierarchy = "created_at"
    fields = [
        "model",
        "filename",
        "state",
        "error",
        "notes",
        "n_rows",
        "stored",
        "created_by",
        "created_at",
        *LEASE,
    ]
    readonly_fields = ["stored"]

    @admin.display(description="stored files")
    def stored(self, prediction: Prediction) -> str:
        files = (prediction.source, prediction.output)
        return ", ".join(str(file) for file in files if file) or "-"
