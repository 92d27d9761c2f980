"""What a person may ask of a run."""

from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runs import audit
from runs.configuration import Configuration
from runs.enums import Action, DatasetState, Descent, EventKind, Phase, TrialState, Wish
from runs.models import Dataset, Run
from runs.progress import publish_on_commit, record_event
from runs.tasks import advance_run


@transaction.atomic
def start_run(
    *,
    user: User,
    dataset: Dataset,
    name: str,
    configuration: Configuration,
    parent: Run | None = None,
    descent: Descent = Descent.NONE,
) -> Run:
    """Create a run and set it going.

    One that continues an earlier run begins with all that has been scored there: with the
    same rows and folds the scores are taken over, and a sampler learns from them.

    Raises
    ------
    ValidationError
        If the table is being read again since the run was configured.
    """
    # Held until the run is there: from then on this version stays what it is.
    same = Dataset.objects.select_for_update().filter(
        pk=dataset.pk, state=DatasetState.READY, content_hash=dataset.content_hash
    )
    if not same.exists():
        message = "The table has changed since: look at the settings again."
        raise ValidationError(message)
    run = Run(
        project_id=dataset.project_id,
        dataset=dataset,
        name=name.strip() or f"{configuration.target} of {dataset.name}",
        created_by=user,
        parent=parent,
        descent=descent if parent else Descent.NONE,
        **asdict(configuration),
    )
    if parent and descent == Descent.CONTINUE:
        run.enqueued = [*run.enqueued, *scored_in(parent, run)]
    run.full_clean(exclude=["features", "classes", "spaces"])
    run.save()
    record_event(
        run,
        EventKind.REQUEST,
        f"Started by {user}.",
        data={"action": "start"},
        actor_id=user.pk,
    )
    audit.record(Action.RUN_STARTED, run, project=run.project, user=user)
    transaction.on_commit(lambda: advance_run.delay(run.pk), robust=True)
    return run


def scored_in(parent: Run, run: Run) -> list[dict[str, Any]]:
    """Return the combinations scored in an earlier run that this one can have, best first."""
    complete = parent.planned_trials.filter(
        state=TrialState.COMPLETE, algorithm__in=run.spaces
    ).order_by("-value", "number")
    return [
        {"algorithm": algorithm, "params": params}
        for algorithm, params in complete.values_list("algorithm", "params")
        if {"algorithm": algorithm, "params": params} not in run.enqueued
    ]


def pause_run(run: Run, *, user: User) -> None:
    """Begin no further trial; those being fitted are completed."""
    ask(run, Wish.PAUSE, user=user, when=[Phase.SEARCHING], done="Paused")


def resume_run(run: Run, *, user: User) -> None:
    ask(run, Wish.RESUME, user=user, when=[Phase.PAUSED], done="Resumed")


def stop_run(run: Run, *, user: User) -> None:
    """End the search and keep what it has found; its best trials become models."""
    when = [Phase.QUEUED, Phase.PREPARING, Phase.SEARCHING, Phase.PAUSED]
    ask(run, Wish.STOP, user=user, when=when, done="Stopped")


@transaction.atomic
def ask(run: Run, wish: Wish, *, user: User, when: list[Phase], done: str) -> None:
    """Note a wish for the lifecycle to carry out.

    Raises
    ------
    ValidationError
        If the run's phase does not allow it.
    """
    allowed = Run.objects.filter(pk=run.pk, phase__in=when)
    # One UPDATE: of two buttons pressed at once the later one counts, none is half done.
    if not allowed.update(wish=wish):
        run.refresh_from_db()
        phase = run.get_phase_display().lower()
        message = f"A run that is {phase} cannot be {done.lower()}."
        raise ValidationError(message)
    n_ended = run.planned_trials.filter(state__in=TrialState.ended()).count()
    record_event(
        run,
        EventKind.STEERING,
        f"{done} by {user}.",
        actor_id=user.pk,
        data={"action": wish, "wish": wish, "n_ended": n_ended},
    )
    audit.record(
        Action.RUN_STEERED, run, project=run.project, user=user, note=f"{done}."
    )
    transaction.on_commit(lambda: advance_run.delay(run.pk), robust=True)


@transaction.atomic
def delete_run(run: Run, *, user: User) -> None:
    """Delete a run with its trials, models and files; its workers give up by themselves."""
    pk = run.pk
    audit.record(Action.RUN_DELETED, run, project=run.project, user=user)
    run.delete()
    publish_on_commit(pk)
