"""A worker's job: time a little of a search that has not been started."""

from typing import Any

import psutil
from django.conf import settings

from runs.configuration import plan_of
from runs.enums import JobState
from runs.models import Preflight, Run
from runs.profiling.jobs import reporter, waiting_rows, work_on
from runs.refill import worker_count
from runs.search.metrics import METRICS, make_scorer
from runs.search.preflight import estimate
from runs.search.problem import SpecError
from runs.training_data import load_training_data, split_of

UNEXPECTED = (
    "Something went wrong while fits were timed; the server's log has the details. The "
    "run can be started all the same."
)
DIED = (
    "The process that timed fits on this table ended {attempts} times, most likely for "
    "lack of memory: the search may have the same trouble. Use fewer rows or columns."
)


def look_ahead(preflight_id: int) -> None:
    """Time the first combinations of a plan and store what all of it would take."""
    rows = Preflight.objects.filter(pk=preflight_id)

    def compute(token: str) -> dict[str, Any]:
        preflight = rows.select_related("dataset").get()
        run = Run(dataset=preflight.dataset, **preflight.specification)
        try:
            data = measured(run, on_progress=reporter(rows, token))
        except SpecError as error:
            return {"state": JobState.FAILED, "error": str(error)}
        return {"state": JobState.READY, "data": data}

    work_on(rows, compute, unexpected=UNEXPECTED)


def measured(run: Run, on_progress: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """Return the estimate of a run that exists only here, as stored."""
    import numpy as np  # noqa: PLC0415 - only workers need it

    from runs.search.folds import fold_rows
    from runs.search.preflight.probing import MAX_ROWS, probe, sample_positions

    def step(done: int, total: int) -> None:
        if on_progress is not None:
            on_progress("probe", done, total)

    plan = plan_of(run)
    step(0, 0)
    data = load_training_data(run)
    y = data.y[data.train_rows]
    folds = fold_rows(y, split_of(run), data.train_by)
    fraction = float(np.mean([len(scored) / len(y) for _, scored in folds]))
    chosen = sample_positions(
        y, n_rows=MAX_ROWS, seed=run.seed, is_classification=plan.task.is_classification
    )
    probes = probe(
        data.rows(data.train_rows[chosen]),
        y[chosen],
        plan=plan,
        scorers={
            name: make_scorer(
                METRICS[name],
                plan.task,
                classes=run.classes,
                positive=run.positive_class or None,
            )
            for name in run.all_metrics
        },
        ranking=run.scoring,
        validation_fraction=min(0.9, max(0.05, fraction)),
        train_scores=run.train_scores,
        n_threads=settings.THREADS_PER_WORKER,
        on_progress=step,
    )
    found = estimate(
        probes,
        plan,
        n_rows=len(y),
        n_folds=len(folds),
        fold_fraction=fraction,
        n_workers=worker_count(),
        time_budget_seconds=run.time_budget_seconds,
    )
    counts = np.bincount(y.astype(int)) if plan.task.is_classification else None
    return {
        "estimate": found.to_json(),
        "n_rows": len(y),
        "n_rows_table": run.dataset.n_rows,
        "n_folds": len(folds),
        "fold_fraction": fraction,
        "holdout_rows": len(data.holdout_rows),
        "rarest_class": None if counts is None else int(counts.min()),
        "rarest_name": "" if counts is None else str(data.classes[counts.argmin()]),
        "n_workers": worker_count(),
        "available_bytes": psutil.virtual_memory().available,
        "probe_seconds": probes.seconds,
    }


def waiting() -> list[int]:
    return waiting_rows(
        Preflight.objects.all(),
        waiting=JobState.WAITING,
        busy=JobState.WORKING,
        failed=JobState.FAILED,
        died=DIED,
    )
