"""A worker's job on a model that is ready: diagnose, explain, export.

Each kind is one function that returns artifacts. They are stored together, and take the
place of what an earlier call has stored.
"""

import logging
import time
from collections.abc import Callable, Iterable
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import F

from models_app import artifacts
from models_app.enums import ComputationKind, ComputationState
from models_app.leases import DONE, return_lapsed, take_unpublished, working
from models_app.models import Artifact, Computation, ModelMeta
from runs.budget import n_processes
from runs.leasing import LeaseQuerySet

logger = logging.getLogger(__name__)

# Says how far the work has come: a share from 0 to 1, and what comes next.
Progress = Callable[[float, str], None]
Job = Callable[[Computation, Progress], list[Artifact]]

# By name: they bring the whole of scikit-learn or SHAP, which only their worker needs.
JOBS: dict[ComputationKind, str] = {
    ComputationKind.EVALUATION: "models_app.evaluating:evaluate_again",
    ComputationKind.DIAGNOSIS: "models_app.diagnosing:diagnose",
    ComputationKind.EXPLANATION: "models_app.explaining.job:explain",
    ComputationKind.EXPORTS: "models_app.exporting:export",
    ComputationKind.RECIPE: "models_app.recipes:verify",
}
# Made for each model as soon as it is ready; the others when somebody asks.
AUTOMATIC: tuple[ComputationKind, ...] = (
    ComputationKind.EXPLANATION,
    ComputationKind.DIAGNOSIS,
)
PROGRESS_SECONDS = 0.5


def job(kind: ComputationKind) -> Job:
    module, _, name = JOBS[kind].partition(":")
    found: Job = getattr(import_module(module), name)
    return found


def compute(computation_id: int) -> None:
    """Do one computation; does nothing when it is not waiting any more."""
    rows = Computation.objects.filter(pk=computation_id)
    with working(
        rows, waiting=ComputationState.WAITING, busy=ComputationState.COMPUTING
    ) as token:
        found = rows.select_related("model__run__dataset", "model__trial")
        computation = found.held(token).first() if token else None
        if computation is None:
            return
        started = time.perf_counter()
        try:
            kind = ComputationKind(computation.kind)
            results = job(kind)(computation, teller(rows, token))
        except Exception as error:  # an estimator raises anything: the page says what
            logger.exception("Computation %s failed", computation_id)
            text = " ".join(str(error).split()) or "no reason given"
            failed = f"{type(error).__name__}: {text}"[:1000]
            rows.held(token).update(
                **{**DONE, "error": failed}, state=ComputationState.FAILED
            )
            return
        record(computation, token, results, seconds=time.perf_counter() - started)


def teller(rows: LeaseQuerySet, token: str) -> Progress:
    """Return a function that notes the progress, a few times a second at the most."""
    told = 0.0

    def tell(share: float, doing: str) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            rows.held(token).update(share=min(max(share, 0.0), 1.0), doing=doing[:100])

    return tell


def record(
    computation: Computation, token: str, results: Iterable[Artifact], *, seconds: float
) -> bool:
    """Store what was computed, if this process still holds it: one transaction."""
    results = list(results)
    with transaction.atomic():
        held = Computation.objects.filter(pk=computation.pk).held(token)
        kept = held.update(
            **DONE,
            state=ComputationState.READY,
            share=1.0,
            doing="",
            seconds=seconds,
        )
        if kept:
            artifacts.replace(computation.model, results)
    if not kept:
        for result in results:
            if result.file:
                artifacts.remove_file(str(result.file.name))
    return bool(kept)


def begin(model: ModelMeta) -> list[int]:
    """Make what every model gets; return what is new and waits for a worker."""
    if not settings.EXPLAIN_MODELS:
        return []
    there = set(model.computations.values_list("kind", flat=True))
    new = [Computation(model=model, kind=k) for k in AUTOMATIC if k not in there]
    Computation.objects.bulk_create(new, ignore_conflicts=True)
    return publishable()


def waiting() -> list[int]:
    """Return the computations to tell the workers of (again), after freeing dead leases."""
    rows = Computation.objects.all()
    return_lapsed(
        rows,
        waiting=ComputationState.WAITING,
        busy=ComputationState.COMPUTING,
        failed=ComputationState.FAILED,
        doing="computing this",
    )
    return publishable()


def publishable() -> list[int]:
    """Return the computations to tell the workers of: not so many that all are busy.

    Each takes a minute, and a person who uploads a table or estimates a search meanwhile
    must find a worker. What somebody asked for comes first.
    """
    rows = Computation.objects.all()
    n_busy = rows.filter(state=ComputationState.COMPUTING).count()
    room = max(1, n_processes() - 1) - n_busy
    if room <= 0:
        return []
    resting = rows.filter(state=ComputationState.WAITING)
    next_ones = resting.order_by(F("created_by").asc(nulls_last=True), "pk")
    pks = list(next_ones.values_list("pk", flat=True)[:room])
    return take_unpublished(rows.filter(pk__in=pks))
