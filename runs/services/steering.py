"""What a person may change of a run while it searches.

Every intervention is an event that says who did what, under the run's row lock. What it
changes is what the lifecycle reads the next time it looks: a worker that is at work frees
itself between folds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from runs import additions, aside, audit, refill
from runs.configuration import MAX_TRIALS, plan_of
from runs.enums import (
    Action,
    EventKind,
    Halt,
    Origin,
    Phase,
    Strategy,
    TrialState,
    Wish,
)
from runs.limits import check_limits
from runs.models import Run, Trial
from runs.progress import record_event
from runs.search.describing import changes
from runs.search.planning import PlanItem, check_plan
from runs.search.problem import SpecError
from runs.search.spaces import parse_space, space_to_json
from runs.steered import (
    STEERABLE,
    as_refusal,
    at_once_text,
    budget_text,
    changes_since,
)
from runs.tasks import advance_run


@transaction.atomic
def add_trials(
    run: Run,
    combinations: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    user: User,
    origin: Origin = Origin.PERSON,
) -> list[Trial]:
    """Make trials of combinations, in front of the queue.

    They count as trials of the budget, and are made also where it is used up.

    Raises
    ------
    ValidationError
        If one cannot be, or is a trial already; then none is made.
    """
    locked = steerable(run, revision=None)
    try:
        cleaned = additions.cleaned(locked, combinations)
        if not cleaned:
            raise SpecError("Give at least one combination.", field="params")
        refill.begin(locked)
        trials = additions.add(locked, cleaned, origin)
    except SpecError as error:
        raise as_refusal(error) from error
    names = ", ".join(str(trial.number) for trial in trials)
    titles = ", ".join(dict.fromkeys(aside.title(t.algorithm) for t in trials))
    many = "a combination" if len(trials) == 1 else f"{len(trials)} combinations"
    note(
        locked,
        f"{user} added {many} of {titles}: trial {names}.",
        user=user,
        action="add",
        trials=[trial.number for trial in trials],
    )
    refill.replan(locked)
    go_on(locked)
    return trials


@transaction.atomic
def stop_trial(trial: Trial, *, user: User) -> None:
    """End one trial; those that share its unit or its fit go on.

    A waiting one is skipped at once, a running one as soon as its worker can.

    Raises
    ------
    ValidationError
        If it has ended, or its run has ended its search.
    """
    run = steerable(trial.run, revision=None)
    sentence = f"Stopped by {user}."
    same = Trial.objects.filter(pk=trial.pk)
    told = {"halt": Halt.PERSON, "error": sentence}
    # The states apart: a worker may take it between looking and telling.
    n_skipped = same.filter(state=TrialState.WAITING).update(
        **told, state=TrialState.SKIPPED, finished_at=timezone.now()
    )
    if not n_skipped and not same.filter(state=TrialState.RUNNING).update(**told):
        trial.refresh_from_db()
        state = trial.get_state_display().lower()
        message = f"Trial {trial.number} has ended ({state}); nothing is left to stop."
        raise ValidationError(message, code="ended")
    note(
        run,
        f"{user} stopped trial {trial.number}.",
        user=user,
        action="stop_trial",
        trials=[trial.number],
    )
    go_on(run)


@transaction.atomic
def switch_algorithm(
    run: Run, algorithm: str, *, on: bool, user: User, revision: int | None = None
) -> None:
    """Leave an algorithm out from now on, or search it again.

    Its waiting trials are set aside and its running ones end; the others take its share.
    Switched on again it goes on with what was set aside.

    Raises
    ------
    ValidationError
        If it is not of the run, or the last one that is on.
    """
    locked = steerable(run, revision)
    title = known_algorithm(locked, algorithm)
    if on == (algorithm not in locked.switched_off):
        return
    off = [name for name in locked.switched_off if name != algorithm]
    if not on:
        off.append(algorithm)
    if all(name in off for name in locked.spaces):
        message = (
            f"{title} is the last algorithm that is on. Switch another one on first, or "
            "stop the run."
        )
        raise ValidationError(message, code="algorithm")
    locked.switched_off = off
    check(locked, plan_of(locked).items)
    done = "on" if on else "off"
    message = f"{user} switched {title} {done}."
    changed(locked, message, user=user, action=f"switch_{done}", algorithm=algorithm)


@transaction.atomic
def change_space(
    run: Run,
    algorithm: str,
    space_json: Mapping[str, Any],
    *,
    user: User,
    revision: int | None = None,
) -> None:
    """Search an algorithm in other ranges from now on.

    Waiting trials outside them are set aside, except those added by hand; running and
    ended ones stay. A grid makes the combinations of the new ranges that are no trials.

    Raises
    ------
    ValidationError
        If the ranges make no sense; its `code` is the parameter.
    """
    locked = steerable(run, revision)
    title = known_algorithm(locked, algorithm)
    before = parse_space(locked.spaces[algorithm], algorithm=algorithm)
    try:
        space = parse_space(space_json, algorithm=algorithm)
    except SpecError as error:
        raise as_refusal(error) from error
    if space == before:
        return
    locked.spaces = {**locked.spaces, algorithm: space_to_json(space)}
    # Checked also where it is off: it may be switched on again.
    others = [item for item in plan_of(locked).items if item.algorithm != algorithm]
    check(locked, [*others, PlanItem(algorithm, space)])
    parameters = [n for n in {**before, **space} if before.get(n) != space.get(n)]
    changed(
        locked,
        f"{user} changed {title}: {changes(before, space)}.",
        user=user,
        action="space",
        algorithm=algorithm,
        parameters=parameters,
    )


@transaction.atomic
def change_budget(
    run: Run,
    *,
    n_trials: int | None,
    time_budget_seconds: float | None,
    user: User,
    revision: int | None = None,
) -> None:
    """Extend or cut the number of trials and the time; None is no limit.

    A cut below what has been made ends the search as soon as the running trials have.

    Raises
    ------
    ValidationError
        If a number cannot be; its `code` is the argument.
    """
    locked = steerable(run, revision)
    within_limits(n_trials=n_trials, time_budget_seconds=time_budget_seconds)
    if n_trials is None and locked.strategy != Strategy.GRID:
        if time_budget_seconds is None:
            message = "This strategy needs a number of trials or a time budget."
            raise ValidationError(message, code="n_trials")
        n_trials = MAX_TRIALS
    before = budget_text(locked)
    same = (locked.n_trials, locked.time_budget_seconds)
    if same == (n_trials, time_budget_seconds):
        return
    locked.n_trials, locked.time_budget_seconds = n_trials, time_budget_seconds
    if time_budget_seconds is None:
        locked.reserve_seconds = 0
    # What an earlier budget had no room for may have it now.
    aside.bring_back_skipped(locked)
    if n_trials is not None:
        aside.cut(locked, n_trials)
    changed(
        locked,
        f"{user} changed the budget from {before} to {budget_text(locked)}.",
        user=user,
        action="budget",
    )


@transaction.atomic
def change_parallelism(
    run: Run, n: int | None, *, user: User, revision: int | None = None
) -> None:
    """Limit the units of the run that are worked on at once; None is no limit.

    Where more are at work already, they go on to their end.

    Raises
    ------
    ValidationError
        If it is less than one.
    """
    locked = steerable(run, revision)
    within_limits(parallelism=n)
    if locked.parallelism == n:
        return
    before = at_once_text(locked)
    locked.parallelism = n
    changed(
        locked,
        f"{user} changed how many units are worked on at once: "
        f"{at_once_text(locked)} instead of {before}.",
        user=user,
        action="parallelism",
    )


# --- What all of them do ---------------------------------------------------------------


def steerable(run: Run, revision: int | None) -> Run:
    """Return the run with its row locked, if it can be steered by who knew `revision`."""
    locked: Run | None = Run.objects.select_for_update().filter(pk=run.pk).first()
    if locked is None:
        raise ValidationError("The run has been deleted.", code="ended")
    if locked.phase not in STEERABLE or locked.wish == Wish.STOP:
        phase = "stopping" if locked.wish == Wish.STOP else Phase(locked.phase).label
        message = (
            f"Nothing was changed: the run is {phase.lower()}, so its search cannot be "
            "steered any more."
        )
        raise ValidationError(message, code="ended")
    if revision is not None and revision != locked.revision:
        raise ValidationError(changes_since(locked, revision), code="revision")
    return locked


def known_algorithm(run: Run, algorithm: str) -> str:
    if algorithm not in run.spaces:
        message = f"This run does not search “{algorithm}”."
        raise ValidationError(message, code="algorithm")
    return aside.title(algorithm)


def within_limits(**numbers: float | None) -> None:
    """Refuse a number as the configuration would."""
    try:
        check_limits(numbers)
    except SpecError as error:
        raise as_refusal(error) from error


def check(run: Run, items: Sequence[PlanItem]) -> None:
    """Refuse a plan of these items as the configuration would."""
    try:
        plan = replace(plan_of(run), items=tuple(items))
        check_plan(plan, grid_limit=settings.GRID_LIMIT)
    except SpecError as error:
        raise as_refusal(error) from error


def changed(run: Run, message: str, *, user: User, action: str, **data: Any) -> None:
    """Save what is searched now, with everything that follows from it."""
    run.revision += 1
    n_aside = aside.settle(run)
    run.save(
        update_fields=[
            *("spaces", "switched_off", "parallelism", "revision"),
            *("n_trials", "time_budget_seconds", "reserve_seconds"),
        ]
    )
    refill.replan(run)
    if n_aside:
        trials = "1 waiting trial" if n_aside == 1 else f"{n_aside} waiting trials"
        message += f" {trials} set aside."
    note(run, message, user=user, action=action, revision=run.revision, **data)
    go_on(run)


def note(run: Run, message: str, *, user: User, **data: Any) -> None:
    n_ended = run.planned_trials.filter(state__in=TrialState.ended()).count()
    record_event(
        run,
        EventKind.STEERING,
        message,
        actor_id=user.pk,
        data={"n_ended": n_ended, **data},
    )
    audit.record(Action.RUN_STEERED, run, project=run.project, user=user, note=message)


def go_on(run: Run) -> None:
    transaction.on_commit(lambda: advance_run.delay(run.pk), robust=True)
