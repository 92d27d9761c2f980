"""Keeps enough work units waiting for the workers, cut to a sensible size."""

import math
from collections.abc import Iterable
from itertools import count

from django.conf import settings
from django.db.models import Count, Max
from redis.exceptions import RedisError

from runs.configuration import plan_of
from runs.enums import TrialState
from runs.models import Run, Trial
from runs.search.planning import Unit, next_units, params_key
from runs.workers import live_workers

# Trials that take milliseconds travel together, so that a unit is worth its message.
UNIT_SECONDS = 1.0
MAX_TRIALS_PER_UNIT = 64
# Units waiting for each worker process: enough that none is ever idle, few enough
# that another run's units do not wait long behind them.
UNITS_AHEAD = 2


def top_up(run: Run) -> bool:
    """Create the next trials when few are waiting.

    Returns
    -------
    bool
        Whether the plan is exhausted: no trial is left to create.
    """
    waiting = run.trials.filter(state=TrialState.WAITING)
    n_units = waiting.aggregate(n=Count("unit", distinct=True))["n"]
    n_workers = worker_count()
    wanted = UNITS_AHEAD * n_workers
    if n_units >= wanted:
        return False
    made = dict(run.trials.values_list("algorithm").annotate(n=Count("pk")).order_by())
    n_made = sum(made.values())
    if n_made >= run.n_planned:
        return True
    left = run.n_planned - n_made
    sizes = {name: unit_size(run, name) for name in run.spaces}
    # Towards the end smaller units keep all workers busy until the last one.
    fair = max(1, math.ceil(left / (2 * n_workers)))
    sizes = {name: min(size, fair) for name, size in sizes.items()}
    limit = (wanted - n_units) * max(sizes.values())
    planned = next_units(
        plan_of(run), n_trials_by_algorithm=made, seen=seen_keys(run), limit=limit
    )
    if not planned:
        return True
    store(run, bundle(planned, sizes), first_number=n_made)
    return False


def worker_count() -> int:
    """Count the processes that could take units; this host's share if nobody tells."""
    try:
        return live_workers() or int(settings.WORKERS)
    except RedisError:
        return int(settings.WORKERS)


def seen_keys(run: Run) -> dict[str, set[str]]:
    """Return the keys of the combinations drawn so far, by algorithm.

    A grid counts its way through and never draws twice, so needs none.
    """
    seen: dict[str, set[str]] = {name: set() for name in run.spaces}
    if run.strategy != "grid":
        for name, key in run.trials.values_list("algorithm", "params_key"):
            seen[name].add(key)
    return seen


def unit_size(run: Run, algorithm: str) -> int:
    """Return how many trials of an algorithm make a unit of about a second.

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
    return max(1, min(MAX_TRIALS_PER_UNIT, int(UNIT_SECONDS / mean)))


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


def store(run: Run, bundles: list[list[Unit]], *, first_number: int) -> None:
    newest = run.trials.aggregate(unit=Max("unit"))["unit"]
    first_unit = 0 if newest is None else newest + 1
    numbers = count(first_number)
    Trial.objects.bulk_create(
        Trial(
            run=run,
            number=next(numbers),
            unit=unit_number,
            algorithm=unit.algorithm,
            params=params,
            params_key=params_key(params),
        )
        for unit_number, group in enumerate(bundles, first_unit)
        for unit in group
        for params in unit.params
    )
