"""Models and what is made with them: to be looked at, requeued, deleted with files."""

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from models_app.enums import ComputationState, ModelState, PredictionState
from models_app.models import (
    Artifact,
    Computation,
    ModelMeta,
    Prediction,
    StageChange,
)
from models_app.services import refit_trial
from runs.admin import (
    LEASE,
    DeletesWithFiles,
    Recorded,
    Requeues,
    each,
    link,
    listed,
    to,
)
from runs.enums import Action


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
class ModelMetaAdmin(Requeues, DeletesWithFiles):
    deleted_as = Action.MODEL_DELETED
    # What has failed is tried again by its service, which knows whether it may be.
    states = {
        ModelState.WAITING: ModelState.WAITING,
        ModelState.FITTING: ModelState.WAITING,
        ModelState.FITTED: ModelState.FITTED,
        ModelState.EVALUATING: ModelState.FITTED,
    }
    actions = ["requeue", "refit"]
    list_display = [
        "id",
        "algorithm",
        to("run"),
        "stage",
        "state",
        "value",
        "rows",
        "fit_seconds",
        "size",
        "n_predictions",
        "created_at",
    ]
    list_display_links = ["id", "algorithm"]
    list_filter = ["state", "stage", "algorithm", "rows"]
    list_select_related = ["run"]
    search_fields = ["run__name", "algorithm", "run__project__name"]
    date_hierarchy = "created_at"
    inlines = [ArtifactInline]
    fields = [
        "page",
        "n_predictions",
        "run",
        "trial",
        "stage",
        "is_requested",
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
    readonly_fields = ["page", "size", "n_predictions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelMeta]:
        rows: QuerySet[ModelMeta] = super().get_queryset(request)
        return rows.defer("run__spaces", "run__features").annotate(
            count_predictions=Count("predictions")
        )

    @admin.display(description="predictions", ordering="count_predictions")
    def n_predictions(self, model: ModelMeta) -> SafeString:
        n = getattr(model, "count_predictions", 0)
        return listed(model, Prediction, "model", f"{n:,}")

    @admin.action(
        description="Fit selected failed models again", permissions=["requeue"]
    )
    def refit(self, request: HttpRequest, models: QuerySet[ModelMeta]) -> None:
        failed = models.filter(state=ModelState.FAILED).select_related("trial__run")
        each(
            self,
            request,
            failed,
            lambda model, actor: refit_trial(model.trial, user=actor),
            one="1 model is fitted again.",
            many="{n} models are fitted again.",
        )

    @admin.display(ordering="size_bytes")
    def size(self, model: ModelMeta) -> str:
        return "-" if model.size_bytes is None else filesizeformat(model.size_bytes)

    @admin.display
    def page(self, model: ModelMeta) -> SafeString:
        return link(model.get_absolute_url(), "open")


@admin.register(Artifact)
class ArtifactAdmin(Recorded, DeletesWithFiles):
    list_display = ["id", "kind", to("model"), "rows", "n_rows", "created_at"]
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


@admin.register(Computation)
class ComputationAdmin(Requeues, DeletesWithFiles):
    states = {
        ComputationState.WAITING: ComputationState.WAITING,
        ComputationState.COMPUTING: ComputationState.WAITING,
        ComputationState.FAILED: ComputationState.WAITING,
    }
    list_display = ["id", "kind", to("model"), "state", "seconds", "created_at"]
    list_display_links = ["id", "kind"]
    list_filter = ["state", "kind"]
    list_select_related = ["model__run"]
    search_fields = ["model__run__name", "model__algorithm"]
    date_hierarchy = "created_at"
    fields = [
        "model",
        "kind",
        "state",
        "share",
        "doing",
        "error",
        "options",
        "seconds",
        "created_by",
        "created_at",
        *LEASE,
    ]


@admin.register(StageChange)
class StageChangeAdmin(Recorded, DeletesWithFiles):
    list_display = ["id", to("model"), "before", "after", "created_by", "created_at"]
    list_filter = ["after"]
    list_select_related = ["model__run", "created_by"]
    search_fields = ["model__run__name", "note", "created_by__username"]
    date_hierarchy = "created_at"
    fields = ["model", "before", "after", "note", "created_by", "created_at"]


@admin.register(Prediction)
class PredictionAdmin(Requeues, DeletesWithFiles):
    states = {
        PredictionState.WAITING: PredictionState.WAITING,
        PredictionState.PREDICTING: PredictionState.WAITING,
        PredictionState.FAILED: PredictionState.WAITING,
    }
    list_display = [
        "id",
        "filename",
        to("model"),
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
        "output_format",
        "n_rows",
        "n_rows_done",
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
