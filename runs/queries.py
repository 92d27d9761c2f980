"""Reusable SELECTs of runs and trials."""

from statistics import stdev
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet

from runs.enums import BASELINE, ENSEMBLE, EventKind, JobState, TrialState
from runs.models import Run, Trial
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS

MARKS = 100


class TrialCounts(NamedTuple):
    waiting: int
    running: int
    complete: int
    pruned: int
    failed: int
    skipped: int
    planned: int

    @property
    def ended(self) -> int:
        return self.complete + self.pruned + self.failed + self.skipped


class MetricRow(NamedTuple):
    """One metric of a trial, over its folds."""

    name: str
    mean: float
    spread: float | None
    train_mean: float | None

    @property
    def gap(self) -> float | None:
        """How much better it is on the rows fitted; negative where it is worse."""
        if self.train_mean is None:
            return None
        gap = self.train_mean - self.mean
        return gap if METRICS[self.name].greater_is_better else -gap


def algorithm_title(name: str) -> str:
    if name == ENSEMBLE:
        return "Ensemble"
    return ALGORITHMS[name].title if name in ALGORITHMS else name


def leaderboard(run: Run) -> QuerySet[Trial]:
    """Return the complete trials, best first; of equals the earlier one leads.

    The baseline is not among them: it is the line to beat, not a result.
    """
    complete = run.trials.filter(state=TrialState.COMPLETE, value__isnull=False)
    complete = complete.exclude(algorithm=BASELINE)
    return complete.order_by("-value", "number")


def shown_params(trial: Trial) -> dict[str, Any]:
    """Return a trial's parameters; of an ensemble how many it joins."""
    if trial.algorithm == ENSEMBLE:
        return {"trials": len(trial.params.get("weights", {}))}
    return trial.full_params


def metric_rows(trial: Trial) -> list[MetricRow]:
    """Return what a trial scored by every metric, as people read it."""
    rows = []
    for name, scores in trial.metrics.items():
        metric = METRICS.get(name)
        if metric is None or not scores:
            continue
        train = trial.train_metrics.get(name) or []
        rows.append(
            MetricRow(
                name,
                metric.display(sum(scores) / len(scores)),
                stdev(scores) if len(scores) > 1 else None,
                metric.display(sum(train) / len(train)) if train else None,
            )
        )
    return rows


def members(trial: Trial) -> list[tuple[Trial, float]]:
    """Return the trials that an ensemble joins with their weights, the heaviest first."""
    weights = trial.params.get("weights", {}) if trial.algorithm == ENSEMBLE else {}
    found = Trial.objects.filter(run_id=trial.run_id, number__in=map(int, weights))
    pairs = [(member, float(weights[str(member.number)])) for member in found]
    return sorted(pairs, key=lambda pair: -pair[1])


def trial_counts(run: Run) -> TrialCounts:
    found = run.planned_trials.values_list("state").annotate(n=Count("pk")).order_by()
    by_state = dict(found)
    return TrialCounts(
        **{state.value: by_state.get(state.value, 0) for state in TrialState},
        planned=run.n_planned,
    )


def history(
    run: Run, *, latest: int | None = None, n_complete: int | None = None
) -> dict[str, Any]:
    """Return the history chart's numbers: `[trial number, value, algorithm]` a point.

    `seconds` has for each point when the trial ended, from the start of the run. With
    `latest`, only the trials that ended last; who has counted gives `n_complete`.
    """
    metric = METRICS[run.scoring]
    complete = run.trials.filter(state=TrialState.COMPLETE).exclude(algorithm=BASELINE)
    rows = complete.order_by("number")
    if latest is not None:
        rows = complete.order_by("-finished_at", "-number")[:latest]
    points, seconds = [], []
    begin = run.started_at or run.created_at
    for number, value, algorithm, end in rows.values_list(
        "number", "value", "algorithm", "finished_at"
    ):
        points.append([number, metric.display(value), algorithm])
        seconds.append(round((end - begin).total_seconds(), 2) if end else None)
    return {
        "points": points,
        "seconds": seconds,
        "began": begin.isoformat(),
        "metric": metric.title,
        "greater_is_better": metric.greater_is_better,
        "algorithms": {name: algorithm_title(name) for name in [*run.spaces, ENSEMBLE]},
        "n_complete": complete.count() if n_complete is None else n_complete,
        "baseline": None
        if run.baseline_value is None
        else metric.display(run.baseline_value),
        "marks": steering_marks(run),
    }


def steering_marks(run: Run) -> list[dict[str, Any]]:
    """Return what people changed while the run searched, at the trials ended by then."""
    events = run.events.filter(kind=EventKind.STEERING).order_by("-pk")
    rows = events.values_list("data", "at", "message", "actor__username")[:MARKS]
    return [
        {
            "number": data.get("n_ended", 0),
            "at": at.isoformat(),
            "text": message,
            "who": who or "",
        }
        for data, at, message, who in reversed(rows)
    ]


def importance_mark(run: Run) -> str:
    """Return a text that changes as soon as one of the run's importances moves.

    It stands in the messages to the run's viewers: what has not changed is not sent, and
    of a run that has ended nothing else in them changes.
    """
    settled = {JobState.READY, JobState.FAILED}
    pending = run.importances.exclude(state__in=settled).order_by("pk")
    steps = [f"{i.pk}-{i.state}-{i.progress.get('done', 0)}" for i in pending]
    n_settled = run.importances.filter(state__in=settled).count()
    return " ".join([str(n_settled), *steps])
