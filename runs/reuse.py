"""Combinations that the project has scored before, on the same rows in the same folds."""

from collections.abc import Sequence

from django.utils import timezone

from runs.claims import numbers
from runs.enums import EventKind, TrialState
from runs.models import Run, Trial
from runs.progress import record_event
from runs.search.metrics import METRICS

# Everything that the evaluation found out; what it cost stays with the trial that paid.
COPIED = (
    "value",
    "fold",
    "fold_scores",
    "metrics",
    "train_metrics",
    "found",
    "peak_memory_bytes",
    "fit_seconds",
    "score_seconds",
    "warnings",
)
# Parameters in one query: SQLite allows some thousands.
CHUNK = 500


def fill_in(run: Run, trials: Sequence[Trial]) -> None:
    """Give new trials the results of equal ones; the rest is left to the workers."""
    if not run.data_key:
        return
    known = scored_before(run, trials)
    now = timezone.now()
    for trial in trials:
        source = known.get((trial.algorithm, trial.params_key))
        if source is None:
            continue
        for name in COPIED:
            setattr(trial, name, getattr(source, name))
        trial.state = TrialState.COMPLETE
        # The first of a row of reuses: it is the one that keeps predictions.
        trial.reused_from = source.reused_from or source
        trial.started_at = trial.finished_at = now


def scored_before(run: Run, trials: Sequence[Trial]) -> dict[tuple[str, str], Trial]:
    """Find complete trials of other runs that have all that this run wants to know."""
    same = Trial.objects.filter(
        run__project_id=run.project_id,
        run__data_key=run.data_key,
        # The number of iterations was chosen by the metric that ranks.
        run__scoring=run.scoring,
        run__positive_class=run.positive_class,
        state=TrialState.COMPLETE,
    ).exclude(run=run)
    if run.train_scores:
        same = same.filter(run__train_scores=True)
    wanted = set(run.all_metrics)
    found: dict[tuple[str, str], Trial] = {}
    for start in range(0, len(trials), CHUNK):
        part = trials[start : start + CHUNK]
        rows = same.filter(
            algorithm__in={t.algorithm for t in part},
            params_key__in={t.params_key for t in part},
        )
        for trial in rows.select_related("reused_from").order_by("pk"):
            if wanted <= set(trial.metrics):
                found.setdefault((trial.algorithm, trial.params_key), trial)
    return found


def announce(run: Run, trials: Sequence[Trial]) -> None:
    """Write the event of reused trials, and the new best if one of them is."""
    reused = [t for t in trials if t.reused_from_id is not None]
    if not reused:
        return
    best = max(t.value for t in reused if t.value is not None)
    if run.best_value is None or best > run.best_value:
        run.best_value = best
        run.save(update_fields=["best_value"])
    metric = METRICS[run.scoring]
    record_event(
        run,
        EventKind.TRIALS_ENDED,
        f"{numbers(reused)} reused from earlier runs, {metric.title} "
        f"{metric.display(best):.4f}.",
        data={"trials": [t.number for t in reused], "reused": True},
    )
