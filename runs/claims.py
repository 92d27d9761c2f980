"""A unit of trials in a worker's hands: taken, recorded, given back.

All three are single transactions under the run's row lock or single UPDATEs by the
lease's token, so that a unit that two workers were given is recorded once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from runs import budget, predictions
from runs.enums import BASELINE, EventKind, Halt, Level, Phase, TrialState
from runs.leasing import LeaseQuerySet, is_dead, new_token, worker_name
from runs.models import Run, Trial
from runs.progress import publish_on_commit, record_event
from runs.search.algorithms import ALGORITHMS
from runs.search.metrics import METRICS

if TYPE_CHECKING:
    from runs.search.evaluation import TrialResult


# What a dataset tells people and a search does not need; some of it is long.
UNREAD = [f"dataset__{name}" for name in ("columns", "preview", "reading", "repairs")]
# What an event about results needs of its run.
DESCRIBED = ("scoring", "best_value", "baseline_value")
# When a search ends, which is another time once its budget is changed.
TIMES = ("time_budget_seconds", "reserve_seconds", "paused_seconds")
# Of each algorithm, for ensembles and for curves.
KEPT_PREDICTIONS = 5


class LeaseLostError(Exception):
    """The unit belongs to somebody else now, or its run is gone."""


@dataclass
class Claim:
    """A unit this process holds."""

    run: Run
    token: str
    trials: list[Trial]
    # What they reached at each rung of a halving search.
    reached: dict[int, list[float]] = field(default_factory=dict)


def claim_unit(run_id: int, unit: int) -> Claim | None:
    # One that was told to stop while another worker had it is not begun again.
    waiting = (
        Trial.objects.filter(run_id=run_id, unit=unit, state=TrialState.WAITING)
        .exclude(halt=Halt.PERSON)
        .order_by()
    )
    # Most messages that come too late are found out without the lock; and what takes
    # time to read is read without it, for all workers queue there.
    trials = list(waiting.order_by("number"))
    runs = Run.objects.filter(pk=run_id, phase=Phase.SEARCHING)
    run = runs.select_related("dataset").defer(*UNREAD).first() if trials else None
    if run is None:
        return None
    token, now = new_token(), timezone.now()
    with transaction.atomic():
        held_run = runs.select_for_update().values_list("parallelism").first()
        if held_run is None:
            return None
        (parallelism,) = held_run
        if parallelism is not None and running_units(run) >= parallelism:
            waiting.update(published_at=None)  # told again when a place is free
            return None
        free = waiting.filter(pk__in=[trial.pk for trial in trials])
        n_claimed = free.claim(token, state=TrialState.RUNNING, started_at=now)
        if not n_claimed:
            return None
        if n_claimed < len(trials):  # some were skipped meanwhile
            held = Trial.objects.filter(run=run, unit=unit).held(token)
            trials = list(held.order_by("number"))
        title = ALGORITHMS[trials[0].algorithm].title
        record_event(
            run,
            EventKind.TRIALS_STARTED,
            f"{numbers(trials)} started: {title}.",
            data={"trials": [t.number for t in trials], "worker": worker_name()},
        )
    for trial in trials:
        trial.state, trial.started_at = TrialState.RUNNING, now
        trial.lease_token = token
    return Claim(run, token, trials)


class Unwanted(NamedTuple):
    """What of a claim need not be fitted further."""

    is_gone: bool  # the run has been deleted
    reason: str  # for all of its trials; empty while they are wanted
    stopped: dict[int, str]  # single trials by their keys, and who stopped them


def unwanted(claim: Claim) -> Unwanted:
    """Look what has become of the run since its trials were claimed."""
    rows = Run.objects.filter(pk=claim.run.pk)
    row = rows.values("phase", "switched_off", *TIMES).first()
    if row is None:
        return Unwanted(True, "", {})
    for name in TIMES:  # the budget may have been changed
        setattr(claim.run, name, row[name])
    reason = ""
    if row["phase"] == Phase.STOPPING:
        reason = "The run was stopped before all folds were scored."
    elif claim.trials[0].algorithm in row["switched_off"]:
        title = ALGORITHMS[claim.trials[0].algorithm].title
        reason = f"{title} was switched off before all folds were scored."
    keys = [trial.pk for trial in claim.trials]
    stopped = Trial.objects.filter(pk__in=keys, halt=Halt.PERSON).order_by()
    return Unwanted(False, reason, dict(stopped.values_list("pk", "error")))


def running_units(run: Run) -> int:
    """Return how many units of a run workers hold."""
    running = run.trials.filter(state=TrialState.RUNNING)
    return int(running.order_by().values("lease_token").distinct().count())


def numbers(trials: Sequence[Trial]) -> str:
    """Name trials for people: `Trial 4`, `Trials 4–9`, `3 trials`."""
    found = sorted(t.number for t in trials)
    if len(found) == 1:
        return f"Trial {found[0]}"
    if found[-1] - found[0] == len(found) - 1:
        return f"Trials {found[0]}–{found[-1]}"
    return f"{len(found)} trials"


# --- Recording -------------------------------------------------------------------------


def record(
    claim: Claim, trials: Sequence[Trial], results: "Sequence[TrialResult | str]"
) -> None:
    """Write the results of trials this process still holds: one transaction.

    Raises
    ------
    LeaseLostError
        If none of them is held any more.
    """
    stored = [store_predictions(result) for result in results]
    try:
        with transaction.atomic():
            mine = write(claim, trials, results, stored)
    except BaseException:
        remove_predictions(stored)
        raise
    unclaimed = [
        name for trial, name in zip(trials, stored, strict=True) if trial.pk not in mine
    ]
    remove_predictions(unclaimed)


def write(
    claim: Claim,
    trials: Sequence[Trial],
    results: "Sequence[TrialResult | str]",
    stored: Sequence[str],
) -> set[int]:
    """Write results, and return the keys of the trials that were still held."""
    runs = Run.objects.select_for_update().only(*DESCRIBED)
    run = runs.filter(pk=claim.run.pk).first()
    if run is None:
        raise LeaseLostError
    # An UPDATE each, for the token's holder alone: cheaper than looking who is held
    # before one UPDATE with a case for every trial and column.
    changed = [
        trial
        for trial, result, name in zip(trials, results, stored, strict=True)
        if update_held(fill(run, trial, result, name), claim.token)
        or update_stopped(trial, claim.token)
    ]
    if not changed:
        raise LeaseLostError
    if any(stored):
        forget_predictions(run, changed[0].algorithm)
    describe(run, changed)
    return {trial.pk for trial in changed}


def update_held(trial: Trial, token: str) -> bool:
    values = {name: getattr(trial, name) for name in RESULT_FIELDS}
    held = Trial.objects.filter(pk=trial.pk).held(token).exclude(halt=Halt.PERSON)
    return held.order_by().update(**values) == 1


def update_stopped(trial: Trial, token: str) -> bool:
    """Record a trial that somebody has stopped: so it is, whatever came out of it."""
    stopped = Trial.objects.filter(pk=trial.pk, halt=Halt.PERSON).held(token)
    sentence = stopped.values_list("error", flat=True).first()
    if sentence is None:
        return False
    name = trial.out_of_fold.name or ""
    if name:
        transaction.on_commit(partial(predictions.remove, name))
    trial.state, trial.error = TrialState.SKIPPED, sentence
    trial.value, trial.out_of_fold = None, ""
    names = ("state", "fold", "fold_scores", "fit_seconds", "score_seconds")
    values = {name: getattr(trial, name) for name in names}
    ended = {"finished_at": trial.finished_at, "lease_token": ""}
    return stopped.order_by().update(**values, **ended) == 1


RESULT_FIELDS = [
    "state",
    "halt",
    "value",
    "fold",
    "fold_scores",
    "metrics",
    "train_metrics",
    "found",
    "rungs",
    "peak_memory_bytes",
    "out_of_fold",
    "fit_seconds",
    "score_seconds",
    "warnings",
    "error",
    "finished_at",
    "lease_token",
]


def fill(run: Run, trial: Trial, result: "TrialResult | str", stored: str) -> Trial:
    trial.finished_at = timezone.now()
    trial.lease_token = ""
    if isinstance(result, str):
        trial.state, trial.error = TrialState.SKIPPED, result
        trial.halt = Halt.ASIDE if goes_on(run) else Halt.NONE
        return trial
    trial.state = TrialState(result.state)
    trial.value = result.value
    trial.fold = len(result.fold_scores)
    trial.fold_scores = result.fold_scores
    trial.metrics = result.metrics
    trial.train_metrics = result.train_metrics
    trial.found = result.found
    trial.rungs = result.rungs
    trial.peak_memory_bytes = result.peak_memory_bytes
    trial.out_of_fold = stored
    trial.fit_seconds = result.fit_seconds
    trial.score_seconds = result.score_seconds
    trial.warnings = result.warnings
    trial.error = result.error
    return trial


def goes_on(run: Run) -> bool:
    """Tell whether what is cut off now may be wanted later in the same search.

    So it is where an algorithm is switched off, or was on again in the meantime. A run
    that nobody has steered is cut by its end alone.
    """
    deadline = run.search_deadline
    return (
        run.revision > 0
        and run.phase in (Phase.SEARCHING, Phase.PAUSED)
        and (deadline is None or timezone.now() < deadline)
    )


def without_score(trial: Trial, error: str) -> "TrialResult":
    """Return the failure of a trial that came to no score."""
    from runs.search.evaluation import TrialResult

    return TrialResult(
        params=trial.params,
        state="failed",
        value=None,
        fold_scores=[],
        fit_seconds=[],
        score_seconds=[],
        warnings=[],
        error=error,
    )


# --- Out-of-fold predictions -----------------------------------------------------------


def store_predictions(result: "TrialResult | str") -> str:
    """Write a trial's out-of-fold predictions, if it has some; return the file's name."""
    if isinstance(result, str) or result.oof is None:
        return ""
    return predictions.write(result.oof)


def remove_predictions(names: Sequence[str]) -> None:
    for name in filter(None, names):
        predictions.remove(name)


def forget_predictions(run: Run, algorithm: str) -> None:
    """Keep the predictions of an algorithm's best trials alone."""
    for pk in budget.kept_predictions(run, algorithm)[KEPT_PREDICTIONS:]:
        trial = Trial.objects.get(pk=pk[0])
        name = str(trial.out_of_fold.name)
        Trial.objects.filter(pk=trial.pk).update(out_of_fold="")
        transaction.on_commit(partial(predictions.remove, name))


def worth_keeping(run: Run, algorithm: str) -> float:
    """Return the value from which on a trial's predictions would be kept."""
    kept = budget.kept_predictions(run, algorithm)
    if len(kept) < KEPT_PREDICTIONS:
        return -math.inf
    return kept[KEPT_PREDICTIONS - 1][1]


def describe(run: Run, trials: Sequence[Trial]) -> None:
    """Write the event of these trials' end, and the new best if there is one."""
    metric = METRICS[run.scoring]
    values = [t.value for t in trials if t.value is not None]
    text = f"{numbers(trials)} ended"
    level = Level.INFO
    if values:
        best = max(values)
        text += f", {metric.title} {metric.display(best):.4f}"
        if trials[0].algorithm == BASELINE:
            run.baseline_value = best
            run.save(update_fields=["baseline_value"])
            text += " (the baseline)"
        elif run.best_value is None or best > run.best_value:
            run.best_value = best
            run.save(update_fields=["best_value"])
            text += " (best so far)"
    pruned = sum(t.state == TrialState.PRUNED for t in trials)
    if pruned:
        text += f"; {pruned} pruned"
    failed = [t for t in trials if t.state == TrialState.FAILED]
    if failed:
        level = Level.WARNING
        text += f"; {len(failed)} failed: {failed[0].error}"
    elif not values and not pruned:
        text += f": {trials[0].error}"
    record_event(
        run,
        EventKind.TRIALS_ENDED,
        text.rstrip(".") + ".",
        level=level,
        data={"trials": [t.number for t in trials]},
    )


# --- Giving leases back ----------------------------------------------------------------


def release(rows: LeaseQuerySet, token: str) -> None:
    """Return a held unit to the queue without counting the attempt."""
    for trial in rows.held(token).only("pk", "attempts", "run_id"):
        Trial.objects.filter(pk=trial.pk).held(token).update(
            state=TrialState.WAITING,
            lease_token="",
            published_at=None,
            attempts=max(0, trial.attempts - 1),
        )
        publish_on_commit(trial.run_id)


def release_leases() -> int:
    """Return what ended workers of this host still hold; the supervisor calls it last.

    They were told to end, so their attempts do not count as deaths.
    """
    running = Trial.objects.filter(state=TrialState.RUNNING).exclude(lease_token="")
    dead = [t for t in running.only("pk", "worker", "lease_token") if is_dead(t.worker)]
    for trial in dead:
        release(Trial.objects.filter(pk=trial.pk), trial.lease_token)
    return len(dead)
