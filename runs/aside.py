"""Trials set aside: planned, and not wanted any more since somebody steered the run.

They do not count, and they are not lost: a plan that comes to the same combination again
takes the trial up again. So what is waiting always agrees with the run's switches and
ranges, whatever happened in between.
"""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from runs.enums import BASELINE, Halt, Origin, TrialState
from runs.models import Run, Trial
from runs.search.algorithms import ALGORITHMS
from runs.search.spaces import fits, parse_space

# Parameters in one query: SQLite allows some thousands.
CHUNK = 500
# What is as on the day a trial was made.
RENEWED = (
    *("unit", "state", "halt", "origin", "error", "fold", "fold_scores", "rungs"),
    *("started_at", "finished_at", "published_at", "attempts"),
)


def settle(run: Run) -> int:
    """Make the waiting trials agree with what is searched; the number set aside.

    Call it under the run's row lock. Trials that people asked for stay outside the
    ranges, and come back with their algorithm.
    """
    waiting = run.trials.filter(state=TrialState.WAITING)
    # Told to stop while it ran, and given back by a worker that had not heard of it.
    waiting.filter(halt=Halt.PERSON).update(
        state=TrialState.SKIPPED, finished_at=timezone.now()
    )
    if not run.revision:
        return 0
    n_aside = 0
    for name in run.switched_off:
        rows = waiting.filter(algorithm=name)
        n_aside += put_aside(rows, f"{title(name)} was switched off.")
    by_hand = run.trials.filter(halt=Halt.ASIDE).exclude(origin=Origin.SAMPLER)
    by_hand.exclude(algorithm__in=run.switched_off).update(**as_new())
    outside = run.trials.filter(pk__in=outside_ranges(run))
    return n_aside + put_aside(outside, "It is outside the ranges now searched.")


def title(algorithm: str) -> str:
    return ALGORITHMS[algorithm].title if algorithm in ALGORITHMS else algorithm


def put_aside(trials: "QuerySet[Trial]", reason: str) -> int:
    return trials.update(
        state=TrialState.SKIPPED,
        halt=Halt.ASIDE,
        error=reason,
        finished_at=timezone.now(),
    )


def outside_ranges(run: Run) -> list[int]:
    """Return the waiting trials that a sampler drew from a space that is no more."""
    waiting = run.trials.filter(state=TrialState.WAITING, origin=Origin.SAMPLER)
    rows = waiting.exclude(algorithm=BASELINE).values_list("pk", "algorithm", "params")
    spaces = {
        name: parse_space(space, algorithm=name) for name, space in run.spaces.items()
    }
    return [
        pk
        for pk, algorithm, params in rows
        if algorithm not in spaces or not fits(spaces[algorithm], params)
    ]


def cut(run: Run, n_trials: int) -> int:
    """Set the last waiting trials aside that a budget of trials has no room for."""
    excess = run.planned_trials.count() - n_trials
    if excess <= 0:
        return 0
    waiting = run.planned_trials.filter(
        state=TrialState.WAITING, origin=Origin.SAMPLER
    ).order_by("-unit", "-number")
    pks = list(waiting.values_list("pk", flat=True)[:excess])
    return put_aside(run.trials.filter(pk__in=pks), "The budget was cut.")


def bring_back_skipped(run: Run) -> None:
    """Let the plan come to the trials again that an earlier budget had no time for."""
    skipped = run.trials.filter(state=TrialState.SKIPPED, halt=Halt.NONE)
    skipped.exclude(algorithm=BASELINE).update(halt=Halt.ASIDE)


def found(run: Run, keys: Collection[str]) -> dict[tuple[str, str], Trial]:
    """Return the trials set aside with one of these combinations."""
    listed = list(keys)
    trials = [
        trial
        for start in range(0, len(listed), CHUNK)
        for trial in run.trials.filter(
            halt=Halt.ASIDE, params_key__in=listed[start : start + CHUNK]
        )
    ]
    return {(trial.algorithm, trial.params_key): trial for trial in trials}


def as_new() -> dict[str, object]:
    """Return the values of a trial that begins once more."""
    return {
        "state": TrialState.WAITING,
        "halt": Halt.NONE,
        "error": "",
        "fold": 0,
        "fold_scores": [],
        "rungs": [],
        "started_at": None,
        "finished_at": None,
        "published_at": None,
        "attempts": 0,
    }


def renew(trial: Trial, unit: int) -> Trial:
    """Put a trial back to the queue, in this unit; the caller saves `RENEWED`."""
    for name, value in as_new().items():
        setattr(trial, name, value)
    trial.unit = unit
    return trial
