"""When a search has had enough, and what of its time is left for the models."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from runs.configuration import is_small_grid
from runs.enums import BASELINE, TrialState
from runs.models import Run, Trial
from runs.search.metrics import METRICS
from runs.search.planning import Plan

# What is kept of a time budget for the ensemble, refits and evaluation: never more, for
# then the search is worth more than a better fitted model.
MAX_RESERVE = 0.35
# Ensemble, loading tables and files, messages: what costs time besides the fits.
FIXED_SECONDS = 1.5
FIXED_SHARE = 0.04
MAX_SLOWNESS = 3.0
# Reading the table and preparing its columns, for each refit.
PREPARING_SECONDS = 0.4
# A search of which so many trials have failed, and none has a score, has no result.
FAILURES = 50
# How many of the latest trials tell how long an algorithm takes.
RECENT_TRIALS = 300


class Cost(NamedTuple):
    """What the trials of an algorithm have cost so far, in seconds."""

    trial: float  # mean of a trial
    refit: float  # of the best trial; 0 while none is complete


def why_enough(run: Run) -> str:
    """Return the sentence that ends a search, empty while it should go on."""
    deadline = run.search_deadline
    if deadline and timezone.now() >= deadline:
        kept = f" but for the {run.reserve_seconds:.0f} s kept for the models"
        return (
            f"The time budget of {run.time_budget_seconds:.0f} s was used up"
            f"{kept if run.reserve_seconds else ''}."
        )
    metric = METRICS[run.scoring]
    if run.best_value is None:
        return why_hopeless(run)
    if run.target_score is not None:
        goal = run.target_score if metric.greater_is_better else -run.target_score
        if run.best_value >= goal:
            return f"The target of {run.target_score:g} was reached."
    if run.patience and trials_since_best(run) >= run.patience:
        return f"The last {run.patience} trials brought no improvement."
    return ""


def why_hopeless(run: Run) -> str:
    """Return the sentence for a search whose first trials have all failed.

    Not of a short grid: it is worked off in any case, the costliest first.
    """
    if is_small_grid(run):
        return ""
    by_state = run.planned_trials.order_by().values_list("state")
    counts = dict(by_state.annotate(n=Count("pk")))
    n_failed = counts.get(TrialState.FAILED, 0)
    n_scored = counts.get(TrialState.COMPLETE, 0) + counts.get(TrialState.PRUNED, 0)
    if n_scored or n_failed < FAILURES:
        return ""
    return f"The first {n_failed:,} trials have all failed."


def trials_since_best(run: Run) -> int:
    complete = run.planned_trials.filter(state=TrialState.COMPLETE)
    best = complete.order_by("-value", "finished_at", "number").first()
    if best is None or best.finished_at is None:
        return 0
    ended = run.planned_trials.filter(state__in=TrialState.ended())
    return int(ended.filter(finished_at__gt=best.finished_at).count())


def costs(run: Run) -> dict[str, Cost]:
    """Return what each algorithm's trials cost, as far as some are complete."""
    # Of a halving search most trials are pruned: they tell what the next one costs.
    ended = run.planned_trials.filter(
        state__in=[TrialState.COMPLETE, TrialState.PRUNED]
    )
    # Reused ones cost nothing here but tell what a fit takes all the same.
    latest = ended.order_by("-finished_at").values_list(
        "algorithm", "value", "fold", "fit_seconds", "score_seconds"
    )[:RECENT_TRIALS]
    by_algorithm: dict[
        str, list[tuple[float | None, int, list[float], list[float]]]
    ] = {}
    for algorithm, *rest in latest:
        by_algorithm.setdefault(algorithm, []).append(tuple(rest))
    found = {}
    for algorithm, trials in by_algorithm.items():
        mean = sum(sum(fit) + sum(score) for *_, fit, score in trials) / len(trials)
        # The fits of the rungs, which come first, were made on fewer rows.
        whole = [
            (value, fit[-n_folds:])
            for value, n_folds, fit, _ in trials
            if value is not None
        ]
        best = max(whole, key=lambda trial: trial[0], default=None)
        found[algorithm] = Cost(mean, refit_seconds(best[1]) if best else 0.0)
    return found


def refit_seconds(fit_seconds: Iterable[float]) -> float:
    """Estimate a refit on all rows of the search from the fits of a trial's folds."""
    times = list(fit_seconds)
    if not times:
        return PREPARING_SECONDS
    # All rows instead of all but a fold's: k/(k-1) times as many.
    share = len(times) / max(1, len(times) - 1)
    return PREPARING_SECONDS + share * sum(times) / len(times)


def reserve(run: Run) -> float:
    """Return the seconds of the time budget to keep for what comes after the search."""
    budget = run.time_budget_seconds
    if budget is None:
        return 0.0
    known = costs(run)
    refits = sum(cost.refit for cost in known.values())
    fixed = FIXED_SECONDS + FIXED_SHARE * budget
    if known:  # until there is something to refit, the first trials need the time more
        fixed *= slowness()
    wanted = fixed + 1.25 * refits / n_processes()
    return float(min(MAX_RESERVE * budget, wanted))


def slowness() -> float:
    """Return how many times as long as alone things take, for all that is running here.

    What trials took has it in already; what has never been timed has not.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    # The load is that of the last minute, and may be gone already.
    return min(MAX_SLOWNESS, max(1.0, load / (os.cpu_count() or 1)))


def n_processes() -> int:
    return max(1, int(settings.WORKERS))


def affordable(run: Run, plan: Plan) -> Plan:
    """Leave out the algorithms whose next trial would not end before the search does."""
    left = seconds_left(run)
    if left is None:
        return plan
    slow = {name for name, cost in costs(run).items() if cost.trial > left}
    items = tuple(item for item in plan.items if item.algorithm not in slow)
    return replace(plan, items=items)


def hopeless(run: Run) -> list[int]:
    """Return the waiting trials that would not end before the search does."""
    left = seconds_left(run)
    if left is None:
        return []
    known = costs(run)
    waiting = run.trials.filter(state=TrialState.WAITING).exclude(algorithm=BASELINE)
    return [
        pk
        for pk, algorithm in waiting.values_list("pk", "algorithm")
        if algorithm in known and known[algorithm].trial > left
    ]


def seconds_left(run: Run) -> float | None:
    """Return how long the search may go on; None without a time budget."""
    return until(run.search_deadline)


def until(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - timezone.now()).total_seconds()


def kept_predictions(run: Run, algorithm: str) -> list[tuple[int, float]]:
    """Return the trials whose out-of-fold predictions are stored, the best first."""
    stored = Trial.objects.filter(run=run, algorithm=algorithm).exclude(out_of_fold="")
    found = stored.filter(state=TrialState.COMPLETE).order_by("-value", "number")
    return [(pk, float(value)) for pk, value in found.values_list("pk", "value")]
