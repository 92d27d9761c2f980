"""What the files of models take: what rows know at once, the rest measured by a worker."""

import logging
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import BigIntegerField, Count, Max, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from redis.exceptions import RedisError

from models_app.enums import ArtifactKind, PredictionState
from models_app.models import Artifact, ModelMeta, Prediction
from runs.dashboard.parts import DiskPart
from runs.models import Project, Trial

logger = logging.getLogger(__name__)

EXPORTS = (ArtifactKind.SKOPS, ArtifactKind.ONNX, ArtifactKind.FOLDER)
KEPT_SECONDS = 30 * 24 * 3600
# So old, a measure is made again: trials keep and drop their predictions meanwhile.
STALE_SECONDS = 600
ASKED_SECONDS = 60
READY = Q(state=PredictionState.READY)


class Measured(NamedTuple):
    """What a worker has found, and for which predictions."""

    n_bytes: int
    sign: str
    at: float


def model_bytes(project: Project) -> int:
    """Return what pipelines and exports take, from what was noted with each."""
    pipelines = ModelMeta.objects.filter(run__project=project).aggregate(
        n=Sum("size_bytes")
    )
    exports = (
        Artifact.objects.filter(model__run__project=project, kind__in=EXPORTS)
        .order_by()
        .aggregate(n=Sum(Cast(KT("data__size_bytes"), BigIntegerField())))
    )
    return (pipelines["n"] or 0) + (exports["n"] or 0)


def prediction_part(project: Project) -> tuple[DiskPart, int, bool]:
    """Return what predictions take, their number, and whether to measure them (again)."""
    n_made, sign = signed(project.pk)
    found = known(project.pk)
    is_stale = (
        found is None
        or found.sign != sign
        or timezone.now().timestamp() - found.at > STALE_SECONDS
    )
    part = DiskPart("Predictions", found.n_bytes if found else None)
    return part, n_made, is_stale


def signed(project_id: int) -> tuple[int, str]:
    """Return the number of predictions, and what changes with them."""
    made = Prediction.objects.filter(model__run__project=project_id).aggregate(
        n=Count("pk"), newest=Max("pk"), n_ready=Count("pk", filter=READY)
    )
    return made["n"], f"{made['n']}-{made['newest']}-{made['n_ready']}"


def known(project_id: int) -> Measured | None:
    try:
        stored = cache.get(key_of(project_id))
    except (OSError, RedisError):
        return None
    return Measured(*stored) if stored else None


def may_ask(project: Project) -> bool:
    """Tell whether nobody has told the workers to measure a project lately."""
    try:
        return bool(cache.add(f"{key_of(project.pk)}:asked", 1, ASKED_SECONDS))
    except (OSError, RedisError):
        return False


def key_of(project_id: int) -> str:
    return f"prediction-bytes:{project_id}"


def measure(project_id: int) -> None:
    """Look how large the files of predictions are, those of trials included."""
    made = Prediction.objects.filter(model__run__project=project_id)
    _, sign = signed(project_id)
    kept = Trial.objects.filter(run__project=project_id).exclude(out_of_fold="")
    total = sum(
        size_of(field)
        for prediction in made.only("source", "output").order_by().iterator()
        for field in (prediction.source, prediction.output)
    ) + sum(
        size_of(trial.out_of_fold)
        for trial in kept.only("out_of_fold").order_by().iterator()
    )
    found = Measured(total, sign, timezone.now().timestamp())
    try:
        cache.set(key_of(project_id), tuple(found), KEPT_SECONDS)
    except (OSError, RedisError):
        logger.warning("Could not keep what predictions of %s take", project_id)


def size_of(stored: Any) -> int:  # noqa: ANN401 - a FieldFile of either model
    try:
        return int(stored.size) if stored else 0
    except OSError:  # removed in this moment
        return 0
