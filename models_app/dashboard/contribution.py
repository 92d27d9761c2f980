"""The models' parts of a project's page, put together."""

from collections.abc import Iterator

from django.db import transaction
from django.urls import reverse
from django.utils.text import capfirst

from models_app import tasks
from models_app.dashboard.targets import Ranked, ranked
from models_app.enums import PredictionState, Stage
from models_app.measuring import may_ask, model_bytes, prediction_part
from models_app.models import Prediction, StageChange
from runs.dashboard.activity import SHOWN
from runs.dashboard.parts import (
    Contribution,
    DiskPart,
    Figure,
    Happening,
    Panel,
    Step,
)
from runs.models import Project
from runs.queries import algorithm_title

STAGE_ICONS = {
    Stage.CHAMPION: "crown",
    Stage.CANDIDATE: "box",
    Stage.ARCHIVED: "archive",
}


def contribution(project: Project) -> Contribution:
    """Return what models add; a fixed number of queries."""
    found = ranked(project)
    part, n_predictions, is_stale = prediction_part(project)
    if is_stale and may_ask(project):
        # Robust: the next look asks again when the broker does not answer.
        transaction.on_commit(
            lambda: tasks.measure_predictions.delay(project.pk), robust=True
        )
    return Contribution(
        figures=figures(found, n_predictions),
        panels=[Panel("models_app/dashboard/targets.html", found)],
        disk=[DiskPart("Models", model_bytes(project)), part],
        happenings=[*stage_changes(project), *predictions(project)],
        steps=steps(project, found, n_predictions),
    )


def figures(found: Ranked, n_predictions: int) -> list[Figure]:
    targets = "1 target" if found.n_targets == 1 else f"{found.n_targets} targets"
    return [
        Figure(
            "Models",
            f"{found.n_models:,}",
            "box",
            f"of {targets}" if found.n_models else "none yet",
        ),
        Figure(
            "Champions",
            f"{found.n_champions:,}",
            "crown",
            f"for {targets}" if found.n_targets else "none yet",
        ),
        Figure("Predictions", f"{n_predictions:,}", "send", "files of rows"),
    ]


def steps(project: Project, found: Ranked, n_predictions: int) -> list[Step]:
    board = reverse("models_app:leaderboard", args=[project.pk])
    chosen = next((t.champion for t in found.targets if t.champion), found.best)
    return [
        Step(
            "Choose a champion",
            "Compare the models that the search leaves, and say which one counts.",
            is_done=found.n_champions > 0,
            url=board if found.n_models else "",
            action="Open the leaderboard",
            icon="trophy",
        ),
        Step(
            "Predict",
            "Give it new rows, one by one or as a file.",
            is_done=n_predictions > 0,
            url=reverse("models_app:predict", args=[chosen.pk]) if chosen else "",
            action="Predict rows",
            icon="send",
        ),
    ]


def stage_changes(project: Project) -> Iterator[Happening]:
    rows = (
        StageChange.objects.filter(model__run__project=project)
        .select_related("model__run", "created_by")
        .only(
            *("after", "created_at", "created_by__username", "model__algorithm"),
            *("model__run__name",),
        )
        .order_by("-created_at", "-pk")
    )
    for change in rows[:SHOWN]:
        stage = Stage(change.after)
        yield Happening(
            at=change.created_at,
            icon=STAGE_ICONS[stage],
            text=f"{capfirst(stage.label)} now",
            url=change.model.get_absolute_url(),
            subject=f"{algorithm_title(change.model.algorithm)} of {change.model.run}",
            who=str(change.created_by) if change.created_by else "",
        )


def predictions(project: Project) -> Iterator[Happening]:
    rows = (
        Prediction.objects.filter(model__run__project=project)
        .select_related("created_by")
        .only(*("filename", "state", "created_at", "created_by__username"))
        .order_by("-created_at", "-pk")
    )
    for made in rows[:SHOWN]:
        failed = made.state == PredictionState.FAILED
        yield Happening(
            at=made.created_at,
            icon="send",
            text="Prediction failed" if failed else "Rows predicted",
            url=reverse("models_app:prediction", args=[made.pk]),
            subject=made.filename,
            who=str(made.created_by) if made.created_by else "",
            level="error" if failed else "info",
        )
