"""The best models of a project, target by target, with each target's champion."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber

from models_app.enums import Stage
from models_app.leaderboards.filters import ready_models
from models_app.models import ModelMeta
from runs.models import Project
from runs.search.metrics import METRICS, Metric

TARGETS_SHOWN = 6
BEST_SHOWN = 3
READ = (
    *("algorithm", "value", "metrics", "rows", "stage", "created_at", "run", "trial"),
    *("run__name", "run__target", "run__task", "run__scoring", "trial__number"),
)


class Target(NamedTuple):
    """A column that is predicted, with its champion first, then the best of the others."""

    name: str
    task: str
    metric: Metric
    models: list[ModelMeta]
    n_models: int

    @property
    def champion(self) -> ModelMeta | None:
        return next((m for m in self.models if m.stage == Stage.CHAMPION), None)


class Ranked(NamedTuple):
    """What the panel shows of all targets."""

    targets: list[Target]
    n_targets: int
    n_models: int
    n_champions: int
    best: ModelMeta | None  # the newest target's: what to predict with


def ranked(project: Project) -> Ranked:
    """Return the targets, that of the newest model first; two queries.

    Models are ranked by the mean score of their folds in the metric that most runs of
    the target rank by: others have another scale, and stand on the leaderboard.
    """
    ready = ready_models(project).exclude(stage=Stage.ARCHIVED).order_by()
    groups = (
        ready.values("run__target", "run__task", "run__scoring")
        .annotate(
            n=Count("pk"),
            newest=Max("created_at"),
            n_champions=Count("pk", filter=Q(stage=Stage.CHAMPION)),
        )
        .order_by("-newest", "run__scoring")
    )
    by_target: dict[tuple[str, str], list[Any]] = {}
    for group in groups:
        by_target.setdefault((group["run__target"], group["run__task"]), []).append(
            group
        )
    place = Window(
        RowNumber(),
        partition_by=[F("run__target"), F("run__task"), F("run__scoring")],
        order_by=["-value", "pk"],
    )
    leading = (
        ready.annotate(place=place)
        .filter(Q(place__lte=BEST_SHOWN) | Q(stage=Stage.CHAMPION))
        .select_related("run", "trial")
        .only(*READ)
        .order_by("place", "pk")
    )
    best: dict[tuple[str, str], list[ModelMeta]] = {}
    for model in leading:
        best.setdefault((model.run.target, model.run.task), []).append(model)
    targets = [
        target_of(name, task, parts, best.get((name, task), []))
        for (name, task), parts in list(by_target.items())[:TARGETS_SHOWN]
    ]
    everything = [part for parts in by_target.values() for part in parts]
    return Ranked(
        targets=targets,
        n_targets=len(by_target),
        n_models=sum(part["n"] for part in everything),
        n_champions=sum(part["n_champions"] for part in everything),
        best=next((model for target in targets for model in target.models), None),
    )


def target_of(
    name: str,
    task: str,
    parts: Sequence[Any],
    models: Sequence[ModelMeta],
) -> Target:
    scoring = max(parts, key=lambda part: part["n"])["run__scoring"]
    champions = [model for model in models if model.stage == Stage.CHAMPION]
    others = [
        model
        for model in models
        if model.stage != Stage.CHAMPION and model.run.scoring == scoring
    ]
    return Target(
        name=name,
        task=task,
        metric=METRICS[scoring],
        models=[*champions, *others[: BEST_SHOWN - len(champions[:1])]],
        n_models=sum(part["n"] for part in parts),
    )
