"""Decides what a run needs next: the only place that changes a run's phase.

`advance` reads what the database says and does the next thing. It may be called at any
time, any number of times, by anybody: it holds the run's row lock, and what it decides
depends on stored rows alone. So a lost message costs a sweep's interval, never a run.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from runs import aside, budget, claims, refill
from runs.enums import EventKind, Level, Phase, TrialState, Wish
from runs.models import Run, Trial
from runs.progress import record_event
from runs.search.problem import SpecError
from runs.signals import run_finished
from runs.troubles import troubles

logger = logging.getLogger(__name__)

# What comes again however often it is tried; connections and memory may be back.
MISTAKES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# A message that nobody took for so long is taken for lost, and published again.
REPUBLISH_SECONDS = 10.0


@dataclass
class Work:
    """What to publish once the decision is committed."""

    prepare: bool = False
    ensemble: bool = False
    units: list[int] = field(default_factory=list)


def advance(run_id: int) -> Work:
    """Do the next thing for a run and return the messages to publish.

    The caller publishes after this returns, so after the commit. A run that cannot be
    prepared or searched for a mistake ends with it, rather than try again for ever.
    """
    try:
        return advanced(run_id)
    except MISTAKES as error:
        logger.exception("Run %s could not go on", run_id)
        if not fail(run_id, f"The search cannot go on: {error!r:.500}."):
            raise
        return Work()


def fail(run_id: int, reason: str) -> bool:
    """End a run that has come to no model yet; False if it is further, or gone."""
    early = (Phase.QUEUED, Phase.PREPARING, Phase.SEARCHING)
    with transaction.atomic():
        runs = Run.objects.select_for_update().filter(pk=run_id, phase__in=early)
        run = runs.first()
        if run is None:
            return False
        run.error = reason
        enter(run, Phase.FAILED)
        return True


def advanced(run_id: int) -> Work:
    work = Work()
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            return work
        if run.phase not in (Phase.QUEUED, Phase.PREPARING):
            return_lapsed_trials(run)
        if run.phase in (Phase.SEARCHING, Phase.PAUSED):
            aside.settle(run)
        while run.phase in STEPS:
            phase = STEPS[Phase(run.phase)](run, work)
            if phase == run.phase:
                break
            enter(run, phase)
    return work


def is_due(run_id: int, unit: int = 0) -> bool:
    """Tell whether a run has to be looked at when this one of its units has ended.

    It need not while enough units wait and nothing has happened that would end the
    search: the next unit to end asks again, and the sweep looks in any case. Without the
    row lock, for the others are at work.
    """
    run = Run.objects.defer("spaces", "features").filter(pk=run_id).first()
    return (
        run is None
        or run.phase != Phase.SEARCHING
        or run.wish != Wish.NONE
        # Units that were too many at once wait for this one's end.
        or run.parallelism is not None
        or not refill.is_stocked(run, unit)
        or bool(budget.why_enough(run))
    )


def active_run_ids() -> list[int]:
    """Return the runs a sweep has to look at."""
    active = Run.objects.exclude(phase__in=Phase.ended())
    return list(active.order_by("pk").values_list("pk", flat=True))


# --- Phases, one function each: what is done in it, and the phase that follows -------


def queued(run: Run, work: Work) -> Phase:
    return Phase.STOPPING if run.wish == Wish.STOP else Phase.PREPARING


def preparing(run: Run, work: Work) -> Phase:
    if run.error:
        return Phase.FAILED
    if run.wish == Wish.STOP:
        return Phase.STOPPING
    if run.prepared_at:
        return Phase.SEARCHING
    if is_given_up(run):
        run.error = given_up("preparing the data")
        return Phase.FAILED
    work.prepare = is_to_publish(run)
    return Phase.PREPARING


def is_given_up(run: Run) -> bool:
    """Take the run's lease back from a dead worker; True if that was the last attempt."""
    if Run.objects.filter(pk=run.pk).lapsed().exists():
        run.lease_token, run.published_at = "", None
        run.save(update_fields=["lease_token", "published_at"])
        return run.attempts >= settings.MAX_ATTEMPTS
    return False


def is_to_publish(run: Run) -> bool:
    """Tell whether nobody works on the run itself, and note that somebody is told to."""
    if run.lease_token or not is_unpublished(run.published_at):
        return False
    run.published_at = timezone.now()
    run.save(update_fields=["published_at"])
    return True


def searching(run: Run, work: Work) -> Phase:
    if run.wish == Wish.STOP:
        return Phase.STOPPING
    if run.wish == Wish.PAUSE:
        return Phase.PAUSED
    if run.time_budget_seconds is not None:
        run.reserve_seconds = budget.reserve(run)
        run.save(update_fields=["reserve_seconds"])
    reason = budget.why_enough(run)
    if reason:
        skip_waiting(run, reason)
        exhausted = True
    else:
        try:
            skip_hopeless(run)
            exhausted = refill.top_up(run)
        except SpecError as error:  # a space stored by an older version, for example
            run.error = f"The search cannot go on: {error}"
            return Phase.FAILED
        work.units += publish_waiting(run)
    if not exhausted or not is_idle(run):
        return Phase.SEARCHING
    if reason:
        record_event(run, EventKind.NOTE, f"The search has ended. {reason}")
    return after_search(run)


def paused(run: Run, work: Work) -> Phase:
    if run.wish == Wish.STOP:
        return Phase.STOPPING
    return Phase.SEARCHING if run.wish == Wish.RESUME else Phase.PAUSED


def stopping(run: Run, work: Work) -> Phase:
    skip_waiting(run, "The run was stopped before this trial began.")
    return after_search(run) if is_idle(run) else Phase.STOPPING


def after_search(run: Run) -> Phase:
    if run.planned_trials.filter(state=TrialState.COMPLETE).exists():
        count_troubles(run)
        return Phase.REFITTING
    if run.was_stopped:
        return Phase.STOPPED
    run.error = why_nothing_completed(run)
    return Phase.FAILED


def modelling(run: Run, work: Work) -> Phase:
    """Have the best trials joined, then ask the receivers of `run_finished`."""
    if run.ensemble and run.ensembled_at is None and run.phase == Phase.REFITTING:
        if not is_given_up(run):
            work.ensemble = is_to_publish(run)
            return Phase.REFITTING
        run.ensembled_at = timezone.now()
        run.save(update_fields=["ensembled_at"])
        message = given_up("joining the best trials")
        record_event(run, EventKind.NOTE, message, level=Level.WARNING)
    order = [*Phase.after_search(), Phase.FINISHED]
    sent = run_finished.send(sender=Run, run=run)
    steps = [order.index(Phase(str(phase))) for _, phase in sent]
    slowest = min(steps, default=len(order) - 1)
    # A run goes forward only: a model fitted again does not take it back.
    phase = order[max(slowest, order.index(Phase(run.phase)))]
    return Phase.STOPPED if phase == Phase.FINISHED and run.was_stopped else phase


STEPS: dict[Phase, Callable[[Run, Work], Phase]] = {
    Phase.QUEUED: queued,
    Phase.PREPARING: preparing,
    Phase.SEARCHING: searching,
    Phase.PAUSED: paused,
    Phase.STOPPING: stopping,
    Phase.REFITTING: modelling,
    Phase.EVALUATING: modelling,
    Phase.EXPLAINING: modelling,
}


def enter(run: Run, phase: Phase) -> None:
    """Change the phase, with everything that belongs to the change."""
    now = timezone.now()
    if run.phase == Phase.PAUSED:
        run.paused_seconds += (now - run.phase_changed_at).total_seconds()
    if phase == Phase.PREPARING:
        run.started_at = now
    if phase == Phase.STOPPING:
        run.was_stopped = True
    if (
        phase in {Phase.REFITTING, Phase.STOPPED, Phase.FAILED}
        and not run.search_ended_at
    ):
        run.search_ended_at = now
    if phase in Phase.ended():
        run.finished_at = now
        skip_waiting(run, "The run ended before this trial began.")
    run.phase, run.phase_changed_at, run.wish = phase, now, Wish.NONE
    run.save()
    failed = phase == Phase.FAILED
    record_event(
        run,
        EventKind.PHASE,
        f"Failed: {run.error}" if failed else f"{phase.label}.",
        level=Level.ERROR if failed else Level.INFO,
        data={"phase": phase.value},
    )


# --- Trials ---------------------------------------------------------------------------


def is_unpublished(published_at: datetime | None) -> bool:
    limit = timezone.now() - timedelta(seconds=REPUBLISH_SECONDS)
    return published_at is None or published_at < limit


def publish_waiting(run: Run) -> list[int]:
    """Return the units whose message is missing, and note that it was sent."""
    limit = timezone.now() - timedelta(seconds=REPUBLISH_SECONDS)
    silent = Q(published_at=None) | Q(published_at__lt=limit)
    waiting = run.trials.filter(silent, state=TrialState.WAITING)
    units = list(waiting.order_by("unit").values_list("unit", flat=True).distinct())
    if run.parallelism is not None:
        units = units[: free_places(run, limit)]
        waiting = waiting.filter(unit__in=units)
    if units:
        waiting.update(published_at=timezone.now())
    return units


def free_places(run: Run, limit: datetime) -> int:
    """Return how many units more may be worked on at once, of which nobody is told yet."""
    told = run.trials.filter(state=TrialState.WAITING, published_at__gte=limit)
    n_told = told.order_by().values("unit").distinct().count()
    return max(0, (run.parallelism or 0) - n_told - claims.running_units(run))


def is_idle(run: Run) -> bool:
    busy = (TrialState.WAITING, TrialState.RUNNING)
    return not run.trials.filter(state__in=busy).exists()


def skip_hopeless(run: Run) -> None:
    """Give up waiting trials that would take longer than the time that is left."""
    if pks := budget.hopeless(run):
        skip_waiting(run, "It would not have ended within the time budget.", pks=pks)


def skip_waiting(run: Run, reason: str, *, pks: list[int] | None = None) -> None:
    waiting = run.trials.filter(state=TrialState.WAITING)
    if pks is not None:
        waiting = waiting.filter(pk__in=pks)
    skipped = waiting.update(
        state=TrialState.SKIPPED, error=reason, finished_at=timezone.now()
    )
    if skipped:
        trials = "1 waiting trial" if skipped == 1 else f"{skipped} waiting trials"
        record_event(run, EventKind.NOTE, f"{trials} skipped. {reason}")


def count_troubles(run: Run) -> None:
    """Write down how many trials failed, were cut or gave warnings, by reason."""
    for trouble in troubles(run)[:5]:
        # Being cut by the budget is what happens to the last trials of any run.
        is_failure = trouble.kind == TrialState.FAILED
        record_event(
            run,
            EventKind.NOTE,
            f"{trouble}",
            level=Level.WARNING if is_failure else Level.INFO,
            data=trouble._asdict(),
        )


def return_lapsed_trials(run: Run) -> None:
    """Give back what dead workers held; the third time, fail it with a sentence."""
    running = Trial.objects.filter(run=run, state=TrialState.RUNNING)
    lapsed = list(running.lapsed().values_list("pk", "attempts", "worker"))
    if not lapsed:
        return
    hopeless = [pk for pk, attempts, _ in lapsed if attempts >= settings.MAX_ATTEMPTS]
    again = [pk for pk, attempts, _ in lapsed if attempts < settings.MAX_ATTEMPTS]
    Trial.objects.filter(pk__in=hopeless).update(
        state=TrialState.FAILED,
        error=given_up("this trial"),
        lease_token="",
        finished_at=timezone.now(),
    )
    Trial.objects.filter(pk__in=again).update(
        state=TrialState.WAITING,
        lease_token="",
        published_at=None,
        fold=0,
        fold_scores=[],
    )
    workers = Counter(worker for _, _, worker in lapsed)
    for worker, n_trials in workers.items():
        record_event(
            run,
            EventKind.TRIALS_RETURNED,
            f"Worker {worker} is gone; {n_trials} of its trials went back to the queue.",
            level=Level.WARNING,
            data={"worker": worker, "n_trials": n_trials, "failed": len(hopeless)},
        )


def given_up(what: str) -> str:
    return (
        f"The worker process died {settings.MAX_ATTEMPTS} times while {what} ran"
        if what == "this trial"
        else f"The worker process died {settings.MAX_ATTEMPTS} times while {what}"
    ) + ", most likely for lack of memory. Use fewer rows or a smaller search space."


def why_nothing_completed(run: Run) -> str:
    """Return why a search has no result: the most frequent failure, or the budget."""
    failed = run.planned_trials.filter(state=TrialState.FAILED)
    reasons = failed.values_list("error").annotate(n=Count("pk")).order_by("-n")
    if reasons:
        reason, n_trials = reasons[0]
        n_failed = sum(n for _, n in reasons)
        counted = f" ({n_trials:,} of {n_failed:,} failures)" if n_failed > 1 else ""
        return f"No trial was completed. Most frequent reason{counted}: {reason}"
    if run.time_budget_seconds is not None:
        return (
            "No trial was completed within the time budget. "
            "Give more time, fewer folds or smaller models."
        )
    return "No trial was completed."
