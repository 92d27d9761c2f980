"""Reusable SELECTs, and the state of a run as its page shows it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import stdev
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from runs.enums import BASELINE, ENSEMBLE, Phase, TrialState
from runs.models import Run, RunEvent, Trial
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS
from runs.troubles import Trouble, troubles

LEADERBOARD_ROWS = 10
LOG_ROWS = 50
# A live message repeats the latest points, so that one lost message leaves no gap.
RECENT_POINTS = 200


class PhaseStep(NamedTuple):
    label: str
    state: str  # done, current, waiting or failed


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


class WorkerCard(NamedTuple):
    name: str
    algorithm_title: str
    params: dict[str, Any]
    n_trials: int
    fold: int
    n_splits: int
    fold_scores: list[float]
    started_at: datetime | None


class LeaderRow(NamedTuple):
    rank: int
    trial: Trial
    algorithm_title: str
    score: float
    spread: float | None
    params: dict[str, Any]
    fit_seconds: float
    model_id: int | None


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


class LiveState(NamedTuple):
    """Everything the live page shows of a run at one moment."""

    run: Run
    phases: list[PhaseStep]
    counts: TrialCounts
    percent: int
    started_at: datetime | None
    ends_at: datetime | None
    deadline: datetime | None
    workers: list[WorkerCard]
    leaderboard: list[LeaderRow]
    log: list[RunEvent]
    history: dict[str, Any]
    baseline: float | None
    n_reused: int
    troubles: list[Trouble]


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


def leader_rows(run: Run, limit: int = LEADERBOARD_ROWS) -> list[LeaderRow]:
    metric = METRICS[run.scoring]
    trials = leaderboard(run).select_related("model")[:limit]
    return [
        LeaderRow(
            rank=rank,
            trial=trial,
            algorithm_title=algorithm_title(trial.algorithm),
            score=metric.display(trial.value or 0.0),
            spread=stdev(trial.fold_scores) if len(trial.fold_scores) > 1 else None,
            params=shown_params(trial),
            fit_seconds=sum(trial.fit_seconds),
            model_id=trial.model.pk if hasattr(trial, "model") else None,
        )
        for rank, trial in enumerate(trials, 1)
    ]


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


def phase_steps(run: Run) -> list[PhaseStep]:
    """Return the steps of the stepper, as far as the run has come."""
    way = [
        (Phase.QUEUED, "Queued"),
        (Phase.PREPARING, "Preparing"),
        (Phase.SEARCHING, "Searching"),
        (Phase.REFITTING, "Refitting"),
        (Phase.EVALUATING, "Evaluating"),
        (Phase.FINISHED, "Finished"),
    ]
    phase = Phase(run.phase)
    if phase == Phase.FINISHED:
        return [PhaseStep(label, "done") for _, label in way]
    at = position(run, phase)
    names = [label for _, label in way]
    if phase in {Phase.PAUSED, Phase.STOPPING}:
        names[at] = phase.label
    elif phase in {Phase.STOPPED, Phase.FAILED}:
        names[-1] = phase.label
    here = {Phase.FAILED: "failed", Phase.STOPPED: "done"}.get(phase, "current")
    states = [
        "done" if i < at else here if i == at else "waiting" for i in range(len(way))
    ]
    if phase == Phase.STOPPED:
        states[-1] = "done"
    return [PhaseStep(*step) for step in zip(names, states, strict=True)]


def position(run: Run, phase: Phase) -> int:
    """Return the index of the stepper's step a phase belongs to."""
    if phase == Phase.FAILED:
        return 2 if run.prepared_at else 1
    return {
        Phase.QUEUED: 0,
        Phase.PREPARING: 1,
        Phase.SEARCHING: 2,
        Phase.PAUSED: 2,
        Phase.STOPPING: 2,
        Phase.REFITTING: 3,
        Phase.EVALUATING: 4,
        Phase.EXPLAINING: 4,
        Phase.STOPPED: 5,
    }[phase]


def percent_done(run: Run, counts: TrialCounts, now: datetime) -> int:
    """Return the overall progress; the search is the part up to 90 %."""
    phase = Phase(run.phase)
    if run.has_ended:
        return 100
    if phase == Phase.REFITTING:
        return 92
    if phase in Phase.after_search():
        return 96
    share = counts.ended / counts.planned if counts.planned else 0.0
    if run.deadline and run.started_at and run.time_budget_seconds:
        used = 1 - (run.deadline - now).total_seconds() / run.time_budget_seconds
        share = max(share, min(used, 1.0))
    return int(share * 90)


def estimated_end(run: Run, counts: TrialCounts, now: datetime) -> datetime | None:
    """Extrapolate the search from what it has done so far; None while unknown."""
    if run.phase != Phase.SEARCHING or not counts.ended or not run.prepared_at:
        return None
    spent = (now - run.prepared_at).total_seconds() - run.paused_seconds
    left = counts.planned - counts.ended
    end = now + timedelta(seconds=spent / counts.ended * left)
    return min(end, run.deadline) if run.deadline else end


def worker_cards(run: Run) -> list[WorkerCard]:
    """Return what each busy worker is on: its unit's first trial with most progress."""
    metric = METRICS[run.scoring]
    running = run.trials.filter(state=TrialState.RUNNING).order_by(
        "worker", "-fold", "number"
    )
    by_worker: dict[str, list[Trial]] = {}
    for trial in running:
        by_worker.setdefault(trial.worker, []).append(trial)
    return [
        WorkerCard(
            name=worker,
            algorithm_title=algorithm_title(trials[0].algorithm),
            params=trials[0].params,
            n_trials=len(trials),
            fold=min(trials[0].fold + 1, run.n_folds),
            n_splits=run.n_folds,
            fold_scores=[metric.display(s) for s in trials[0].fold_scores],
            started_at=trials[0].started_at,
        )
        for worker, trials in by_worker.items()
    ]


def history(run: Run, *, latest: int | None = None) -> dict[str, Any]:
    """Return the history chart's numbers: `[trial number, value, algorithm]` a point.

    With `latest`, only the points of the trials that ended last.
    """
    metric = METRICS[run.scoring]
    complete = run.trials.filter(state=TrialState.COMPLETE).exclude(algorithm=BASELINE)
    rows: Iterable[tuple[int, float, str]] = complete.order_by("number").values_list(
        "number", "value", "algorithm"
    )
    if latest is not None:
        ended = complete.order_by("-finished_at", "-number")
        rows = ended.values_list("number", "value", "algorithm")[:latest]
    return {
        "points": [[n, metric.display(v), a] for n, v, a in rows],
        "metric": metric.title,
        "greater_is_better": metric.greater_is_better,
        "algorithms": {name: algorithm_title(name) for name in [*run.spaces, ENSEMBLE]},
        "n_complete": complete.count(),
        "baseline": None
        if run.baseline_value is None
        else metric.display(run.baseline_value),
    }


def live_state(run: Run) -> LiveState:
    now = timezone.now()
    counts = trial_counts(run)
    return LiveState(
        run=run,
        phases=phase_steps(run),
        counts=counts,
        percent=percent_done(run, counts, now),
        started_at=run.started_at,
        ends_at=estimated_end(run, counts, now),
        deadline=run.deadline,
        workers=[] if run.has_ended else worker_cards(run),
        leaderboard=leader_rows(run),
        log=list(run.events.order_by("-pk")[:LOG_ROWS]),
        history=history(run, latest=RECENT_POINTS),
        baseline=None
        if run.baseline_value is None
        else METRICS[run.scoring].display(run.baseline_value),
        n_reused=run.trials.filter(reused_from__isnull=False).count(),
        troubles=troubles(run) if run.has_ended else [],
    )
