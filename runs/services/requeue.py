"""Putting back what is stuck: nobody's lease, no attempts counted, told to workers anew.

A worker that was at it holds a token that is no more, so whatever it records changes
nothing; the sweep publishes within seconds what nobody was told of.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from runs.enums import EventKind, Level, Phase, TrialState
from runs.models import Run, Trial
from runs.progress import record_event
from runs.tasks import advance_run

UNTOLD: dict[str, Any] = {
    "lease_token": "",
    "lease_until": None,
    "worker": "",
    "attempts": 0,
    "published_at": None,
}
WITH_TRIALS = (Phase.SEARCHING, Phase.PAUSED, Phase.STOPPING)


@transaction.atomic
def requeue(rows: QuerySet[Any], states: Mapping[str, str]) -> int:
    """Have rows computed anew that are in one of `states`, each in the state it waits in."""
    return sum(
        # By their keys: what was selected may be ordered, or joined to other tables.
        rows.model._default_manager.filter(pk__in=pks, state=state).update(
            state=waiting, error="", **UNTOLD
        )
        for state, waiting in states.items()
        if (pks := list(rows.filter(state=state).values_list("pk", flat=True)))
    )


@transaction.atomic
def requeue_trials(trials: QuerySet[Trial], *, user: User) -> int:
    """Take trials from the workers that have them, and tell the workers of all anew.

    Of a run that has ended nothing is taken up again; a failed trial is a result.
    """
    stuck = trials.filter(state__in=(TrialState.WAITING, TrialState.RUNNING))
    keys: dict[int, list[int]] = {}
    for run_id, pk in stuck.order_by("run", "pk").values_list("run", "pk"):
        keys.setdefault(run_id, []).append(pk)
    return sum(requeue_of_run(run_id, pks, user) for run_id, pks in keys.items())


def requeue_of_run(run_id: int, pks: list[int], user: User) -> int:
    run = (
        Run.objects.select_for_update()
        .filter(pk=run_id, phase__in=WITH_TRIALS)
        .defer("spaces", "features")
        .first()
    )
    if run is None:
        return 0
    chosen = Trial.objects.filter(pk__in=pks)
    n_taken = chosen.filter(state=TrialState.RUNNING).update(
        state=TrialState.WAITING, fold=0, fold_scores=[], **UNTOLD
    )
    n_waiting = chosen.filter(state=TrialState.WAITING).update(**UNTOLD)
    if n_taken:
        trials = "1 trial" if n_taken == 1 else f"{n_taken} trials"
        record_event(
            run,
            EventKind.TRIALS_RETURNED,
            f"{trials} put back into the queue by {user}.",
            level=Level.WARNING,
            data={"n_trials": n_taken},
            actor_id=user.pk,
        )
    transaction.on_commit(lambda: advance_run.delay(run_id), robust=True)
    return n_waiting
