"""The administration of runs, their trials and events."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, Model, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from runs.admin.base import (
    DeletesWithFiles,
    Recorded,
    Requeues,
    Unchangeable,
    each,
    link,
    listed,
    to,
)
from runs.admin.tables import JOB_STATES
from runs.contents import WIDE
from runs.enums import Action
from runs.models import ParameterImportance, Run, RunEvent, Trial
from runs.search.algorithms import ALGORITHMS
from runs.services.requeue import requeue_trials
from runs.services.runs import stop_run


@admin.register(Run)
class RunAdmin(DeletesWithFiles, Recorded):
    deleted_as = Action.RUN_DELETED
    list_display = [
        "name",
        to("project"),
        to("dataset"),
        "target",
        "task",
        "phase",
        "n_trials_made",
        "best",
        "created_by",
        "created_at",
    ]
    list_filter = ["phase", "task", "strategy", "scoring"]
    search_fields = ["name", "target", "project__name", "dataset__name"]
    date_hierarchy = "created_at"
    list_select_related = ["project", "dataset", "created_by"]
    actions = ["stop", "requeue"]
    readonly_fields = ["page", "n_trials_made", "best"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        rows: QuerySet[Run] = super().get_queryset(request)
        trials = Trial.objects.filter(run=OuterRef("pk")).order_by()
        n = trials.values("run").annotate(n=Count("pk")).values("n")
        return rows.defer(*(f"dataset__{name}" for name in WIDE)).annotate(
            count_trials=Coalesce(Subquery(n), 0)
        )

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:  # noqa: ANN401 - Django's union
        own = [field.name for field in Run._meta.fields if field.name != "lease_token"]
        return ["page", "n_trials_made", "best", *own]

    @admin.display(description="best score", ordering="best_value")
    def best(self, run: Run) -> str:
        return "-" if run.best_value is None else f"{run.best_value:.5g} {run.scoring}"

    @admin.display
    def page(self, run: Run) -> SafeString:
        return link(run.get_absolute_url(), "open")

    @admin.display(description="trials", ordering="count_trials")
    def n_trials_made(self, run: Run) -> SafeString:
        return listed(run, Trial, "run", f"{getattr(run, 'count_trials', 0):,}")

    def has_stop_permission(self, request: HttpRequest) -> bool:
        # Nobody may edit a run here, but who could may stop it.
        return bool(request.user.has_perm("runs.change_run"))

    @admin.action(description="Stop selected runs", permissions=["stop"])
    def stop(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        each(
            self,
            request,
            runs,
            lambda run, actor: stop_run(run, user=actor),
            one="1 run is stopping.",
            many="{n} runs are stopping.",
        )

    @admin.action(
        description="Put stuck trials of selected runs back into the queue",
        permissions=["stop"],
    )
    def requeue(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        tell_requeued(self, request, Trial.objects.filter(run__in=runs))


def tell_requeued(
    admin_of: "admin.ModelAdmin[Any]", request: HttpRequest, trials: QuerySet[Trial]
) -> None:
    n = requeue_trials(trials, user=cast("User", request.user))
    admin_of.message_user(
        request,
        f"{n} trial{'' if n == 1 else 's'} put back into the queue."
        if n
        else "None of them waits or is being fitted.",
        messages.SUCCESS if n else messages.WARNING,
    )


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


@admin.register(Trial)
class TrialAdmin(Unchangeable):
    list_display = [
        "number",
        to("run"),
        "algorithm",
        "state",
        "value",
        "fold",
        "attempts",
        "finished_at",
    ]
    list_filter = ["state", AlgorithmFilter]
    search_fields = ["run__name", "=number"]
    actions = ["requeue"]
    list_select_related = ["run"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        return super().get_queryset(request).defer("run__spaces", "run__features")

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("runs.change_run"))

    @admin.action(
        description="Put selected trials back into the queue", permissions=["requeue"]
    )
    def requeue(self, request: HttpRequest, trials: QuerySet[Trial]) -> None:
        tell_requeued(self, request, trials)


@admin.register(RunEvent)
class RunEventAdmin(Unchangeable):
    ordering = ["-pk"]  # of all runs: by run, each page would sort all events
    list_display = ["at", to("run"), "kind", "level", "message", "actor"]
    list_filter = ["kind", "level"]
    search_fields = ["run__name", "message"]
    list_select_related = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[RunEvent]:
        # Joined, all events would be read by run and sorted for each page.
        runs = Run.objects.defer("spaces", "features")
        events: QuerySet[RunEvent] = super().get_queryset(request)
        return events.prefetch_related(Prefetch("run", runs), "actor")


@admin.register(ParameterImportance)
class ParameterImportanceAdmin(Requeues):
    states = JOB_STATES
    list_display = ["algorithm", to("run"), "n_trials", "state", "worker", "created_at"]
    list_filter = ["state", "algorithm"]
    search_fields = ["run__name"]
    list_select_related = ["run"]
    exclude = ["lease_token"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ParameterImportance]:
        rows: QuerySet[ParameterImportance] = super().get_queryset(request)
        return rows.defer("run__spaces", "run__features")
