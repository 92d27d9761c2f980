"""Keeps enough work units waiting for the workers, cut to a sensible size."""

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from django.conf import settings
from django.db.models import Count, Max
from redis.exceptions import RedisError

from runs import additions, aside, budget, reuse
from runs.configuration import is_small_grid, plan_of
from runs.enums import BASELINE, Origin, Strategy, TrialState
from runs.models import Run, Trial
from runs.search.planning import (
    Plan,
    TrialRecord,
    Unit,
    next_units,
    params_key,
    planned_size,
)
from runs.workers import live_workers

# Trials that take milliseconds travel together, so that a unit is worth its message.
UNIT_SECONDS = 1.0
MAX_TRIALS_PER_UNIT = 64
# Units waiting for each worker process: enough that none is ever idle, few enough
# that another run's units do not wait long behind them.
UNITS_AHEAD = 2
# A sampler that learns from results is asked as late as possible, and for few at a time:
# what is drawn ahead is drawn without the results of all that is still to be fitted.
GUIDED_UNIT_SECONDS = 0.25
GUIDED_UNITS_AHEAD = 1
COUNT_SECONDS = 5.0
# Workers that end at the same moment do not all refill: each has one of so many levels.
LEVELS = 8

_counted = (-COUNT_SECONDS - 1, 0)  # when, and how many


def top_up(run: Run) -> bool:
    """Create the next trials when few are waiting.

    Returns
    -------
    bool
        Whether the plan is exhausted: no trial is left to create.
    """
    begin(run)
    n_units = waiting_units(run)
    n_workers = most_at_once(run)
    is_guided = run.strategy == Strategy.TPE
    wanted = (GUIDED_UNITS_AHEAD if is_guided else UNITS_AHEAD) * n_workers
    if n_units >= wanted:
        return False
    n_made = run.planned_trials.count()
    if n_made >= run.n_planned:
        return True
    whole = plan_as_steered(run)
    plan = budget.affordable(run, whole)
    if not plan.items:
        return True
    left = run.n_planned - n_made
    seconds = GUIDED_UNIT_SECONDS if is_guided else UNIT_SECONDS
    sizes = {
        item.algorithm: unit_size(run, item.algorithm, seconds) for item in plan.items
    }
    # Towards the end smaller units keep all workers busy until the last one.
    fair = max(1, math.ceil(left / (2 * n_workers)))
    sizes = {name: min(size, fair) for name, size in sizes.items()}
    limit = (wanted - n_units) * max(sizes.values())
    made = history(run, plan)
    planned = next_units(plan, made, limit=limit)
    if whole.is_steered:
        note_size(run, planned_size(whole, made))
    if not planned:
        return True
    # Cut to whole units: where one algorithm's hold many trials and another's only one,
    # the limit in trials would plan the other far ahead of what it could learn from.
    store(run, bundle(planned, sizes)[: wanted - n_units])
    return False


def begin(run: Run) -> None:
    """Make the first trials: the baseline, then what people want to be tried first."""
    if run.trials.exists():
        return
    store_baseline(run)
    if not run.enqueued:
        return
    asked = [(entry["algorithm"], entry["params"]) for entry in run.enqueued]
    combinations = additions.cleaned(run, asked, off_too=True)
    additions.add(run, combinations, Origin.PERSON)
    aside.settle(run)
    replan(run)


def replan(run: Run) -> None:
    """Count the trials of the plan anew, after a change of it."""
    plan = plan_as_steered(run)
    note_size(run, planned_size(plan, history(run, plan)))


def note_size(run: Run, n_planned: int) -> None:
    if n_planned != run.n_planned:
        run.n_planned = n_planned
        run.save(update_fields=["n_planned"])


def plan_as_steered(run: Run) -> Plan:
    """Return the plan, which knows whether it has been what it is all the time."""
    by_hand = run.trials.exclude(origin=Origin.SAMPLER)
    is_steered = run.revision > 0 or bool(run.enqueued) or by_hand.exists()
    return replace(plan_of(run), is_steered=is_steered)


def is_stocked(run: Run, unit: int) -> bool:
    """Tell whether a unit waits for each worker: then the plan is not gone on with yet.

    Of many workers some are content with less, up to half of it, by the number of the
    unit they have ended: one of them refills while the others go on.
    """
    n_workers = most_at_once(run)
    content = n_workers - n_workers * (unit % LEVELS) // (2 * LEVELS)
    return waiting_units(run) >= content


def most_at_once(run: Run) -> int:
    """Return how many units of the run can be worked on at the same time."""
    n_workers = worker_count()
    return n_workers if run.parallelism is None else min(n_workers, run.parallelism)


def waiting_units(run: Run) -> int:
    waiting = run.trials.filter(state=TrialState.WAITING).order_by()
    return int(waiting.aggregate(n=Count("unit", distinct=True))["n"])


def worker_count() -> int:
    """Count the processes that could take units; this host's share if nobody tells.

    Asked after every unit: an answer is good for a moment.
    """
    global _counted  # noqa: PLW0603 - of this process
    counted_at, n_workers = _counted
    if time.monotonic() - counted_at > COUNT_SECONDS:
        try:
            n_workers = live_workers() or int(settings.WORKERS)
        except RedisError:
            n_workers = int(settings.WORKERS)
        _counted = (time.monotonic(), n_workers)
    return n_workers


def history(run: Run, plan: Plan) -> list[TrialRecord]:
    """Return what the plan goes on from: the trials made so far, in order."""
    trials = run.planned_trials.order_by("number")
    is_counted = run.strategy == Strategy.GRID and not plan.is_steered
    if is_counted and not is_small_grid(run):
        # A grid counts its way through, whatever came out; of a small one the
        # combinations are looked at, which an older version may have put in other order.
        return [
            TrialRecord(algorithm, {}, state, None, 0.0, number)
            for algorithm, state, number in trials.values_list(
                "algorithm", "state", "number"
            )
        ]
    rows = trials.values_list(
        *("algorithm", "params", "state", "value"),
        *("fit_seconds", "score_seconds", "number", "origin"),
    )
    return [
        TrialRecord(
            algorithm,
            params,
            state,
            value,
            sum(fit) + sum(score),
            number,
            origin != Origin.SAMPLER,
        )
        for algorithm, params, state, value, fit, score, number, origin in rows
    ]


def unit_size(run: Run, algorithm: str, seconds: float) -> int:
    """Return how many trials of an algorithm make a unit of so many seconds.

    Until one has been timed, a unit is one fit.
    """
    done = run.trials.filter(algorithm=algorithm, state=TrialState.COMPLETE)
    times = done.order_by("-finished_at").values_list("fit_seconds", "score_seconds")[
        :20
    ]
    spent = [sum(fit) + sum(score) for fit, score in times]
    if not spent:
        return 1
    mean = max(sum(spent) / len(spent), 1e-4)
    return max(1, min(MAX_TRIALS_PER_UNIT, int(seconds / mean)))


def bundle(planned: Iterable[Unit], sizes: dict[str, int]) -> list[list[Unit]]:
    """Group units of one algorithm until they hold as many trials as wanted."""
    bundles: list[list[Unit]] = []
    filling: dict[str, list[Unit]] = {}
    for unit in planned:
        group = filling.get(unit.algorithm)
        if group is None or sum(len(u.params) for u in group) >= sizes[unit.algorithm]:
            group = filling[unit.algorithm] = []
            bundles.append(group)
        group.append(unit)
    return bundles


def store_baseline(run: Run) -> None:
    """Make the trial that guesses without looking: the line for all others to beat."""
    Trial.objects.create(
        run=run, number=0, unit=0, algorithm=BASELINE, params_key=params_key({})
    )


def store(run: Run, bundles: list[list[Unit]]) -> None:
    """Make trials of planned units; those scored before in the project have their result.

    What was set aside earlier is taken up again.
    """
    newest = run.trials.aggregate(number=Max("number"), unit=Max("unit"))
    first_unit = 0 if newest["unit"] is None else newest["unit"] + 1
    numbers = count(0 if newest["number"] is None else newest["number"] + 1)
    planned = [
        (unit_number, unit.algorithm, params, params_key(params))
        for unit_number, group in enumerate(bundles, first_unit)
        for unit in group
        for params in unit.params
    ]
    old = aside.found(run, [key for *_, key in planned]) if run.revision else {}
    again, trials = [], []
    for unit_number, algorithm, params, key in planned:
        if known := old.get((algorithm, key)):
            again.append(aside.renew(known, unit_number))
            continue
        trials.append(
            Trial(
                run=run,
                number=next(numbers),
                unit=unit_number,
                algorithm=algorithm,
                params=params,
                params_key=key,
            )
        )
    reuse.fill_in(run, trials)
    Trial.objects.bulk_create(trials)
    Trial.objects.bulk_update(again, aside.RENEWED)
    reuse.announce(run, trials)
