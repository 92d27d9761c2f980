"""Which trials a run makes, and in what order."""

import importlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import NamedTuple

from runs.search.algorithms import ALGORITHMS
from runs.search.halving import Halving, check_halving
from runs.search.nearest import nearest
from runs.search.parameters import Params, Value
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import (
    Conditional,
    FloatRange,
    Space,
    combination_at,
    contains,
    fits,
    grid_size,
    grid_values,
    plain,
    size_of,
)
from runs.search.turns import Turns

GRID_LIMIT = 100_000
# Draws that repeat a known combination before the rest of a small space is listed.
_ATTEMPTS = 30
# Parameters that make a model larger, and its fit longer.
_GROWS = (
    *("hidden_layer_sizes", "n_estimators", "max_iter", "iterations"),
    *("max_depth", "depth", "max_leaf_nodes", "num_leaves"),
)
STRATEGIES = ("grid", "random", "tpe", "halving")


@dataclass(frozen=True)
class PlanItem:
    """One algorithm of a plan, with its search space."""

    algorithm: str
    space: Space


@dataclass(frozen=True)
class Plan:
    """What a run searches.

    Attributes
    ----------
    strategy : {"grid", "random", "tpe", "halving"}
        Every combination; or combinations drawn without repetition, at random, by a
        tree-structured Parzen estimator, or at random with most of them ended early.
    items : tuple of PlanItem
        The algorithms, each at most once.
    n_trials : int, optional
        Budget of trials; None for a whole grid.
    seed : int
        Seed of the draws.
    task : TaskType
        What is to be predicted.
    share : {"equal", "adaptive"}, default="equal"
        Whether algorithms that are behind get less of the budget.
    halving : Halving, optional
        How a halving search grows its resource.
    in_seconds : bool, default=False
        Whether the budget that is shared is time rather than trials.
    costliest_first : bool, default=False
        Whether each algorithm's part of a whole grid begins with what takes longest, so
        that no worker is left alone with it at the end.
    is_steered : bool, default=False
        Whether somebody has changed it since it began, or added trials by hand. Then
        what has been made is looked at, and not only counted.
    """

    strategy: str
    items: tuple[PlanItem, ...]
    n_trials: int | None
    seed: int
    task: TaskType
    share: str = "equal"
    halving: Halving | None = None
    in_seconds: bool = False
    costliest_first: bool = False
    is_steered: bool = False


class TrialRecord(NamedTuple):
    """A trial made so far, as far as planning looks at it.

    Attributes
    ----------
    algorithm : str
        Name of the algorithm.
    params : dict
        Its combination; not looked at by a grid.
    state : str
        ``"waiting"``, ``"running"``, ``"complete"``, ``"pruned"``, ``"failed"`` or
        ``"skipped"``.
    value : float or None
        Mean fold score if complete.
    seconds : float
        What it has cost.
    number : int
        Its number in the run.
    is_by_hand : bool, default=False
        Whether a person thought of it.
    """

    algorithm: str
    params: Params
    state: str
    value: float | None
    seconds: float
    number: int
    is_by_hand: bool = False


@dataclass(frozen=True)
class Unit:
    """Trials that share one fit: they differ in what their algorithm shares only.

    Attributes
    ----------
    algorithm : str
        Name of the algorithm.
    params : tuple of dict
        Parameter combinations, the longest path last.
    """

    algorithm: str
    params: tuple[Params, ...]


def params_key(params: Mapping[str, Value]) -> str:
    """Write a parameter combination in a canonical form.

    Parameters
    ----------
    params : mapping of str to value
        The combination.

    Returns
    -------
    str
        Equal for equal combinations in any order.
    """
    return json.dumps(params, sort_keys=True, separators=(",", ":"), allow_nan=False)


def check_plan(plan: Plan, *, grid_limit: int = GRID_LIMIT) -> None:
    """Refuse a plan that cannot or should not be carried out.

    Parameters
    ----------
    plan : Plan
        The plan.
    grid_limit : int, default=100000
        Most combinations of a grid.

    Raises
    ------
    SpecError
        With ``field`` one of ``algorithms``, ``n_trials``, ``strategy``, ``space``.
    """
    if plan.strategy not in STRATEGIES:
        raise SpecError(
            f"There is no strategy {plan.strategy!r}; known are "
            f"{', '.join(STRATEGIES)}.",
            field="strategy",
        )
    if not plan.items:
        raise SpecError("Choose at least one algorithm.", field="algorithms")
    if plan.n_trials is not None and plan.n_trials < 1:
        raise SpecError("Allow at least one trial.", field="n_trials")
    if plan.strategy != "grid" and plan.n_trials is None:
        raise SpecError("This strategy needs a number of trials.", field="n_trials")
    if plan.halving is not None:
        check_halving(plan.halving)
    names = [item.algorithm for item in plan.items]
    for item in plan.items:
        if names.count(item.algorithm) > 1:
            raise SpecError(
                f"{item.algorithm} is named twice; join its values in one space.",
                field="algorithms",
                algorithm=item.algorithm,
            )
        _check_item(item, plan.task)
    if plan.strategy == "grid":
        _check_grid(plan, grid_limit)


def _check_item(item: PlanItem, task: TaskType) -> None:
    algorithm = ALGORITHMS.get(item.algorithm)
    if algorithm is None or task not in algorithm.tasks:
        raise SpecError(
            f"{item.algorithm} cannot be used for {task.value}.",
            field="algorithms",
            algorithm=item.algorithm,
        )
    known = algorithm.parameters(task)
    for name in item.space:
        if name not in known:
            raise SpecError(
                f"{item.algorithm} has no parameter {name!r} for {task.value}; it has "
                f"{', '.join(known)}.",
                field="space",
                algorithm=item.algorithm,
                parameter=name,
            )


def _check_grid(plan: Plan, grid_limit: int) -> None:
    total = 0
    for item in plan.items:
        try:
            total += grid_size(item.space)
        except SpecError as error:
            raise SpecError(
                f"{item.algorithm}: {error}",
                field="space",
                algorithm=item.algorithm,
                parameter=error.parameter,
            ) from error
    if total > grid_limit:
        raise SpecError(
            f"The grid has {total:,} combinations, and at most {grid_limit:,} are "
            "allowed; give fewer values, or use random search with a number of trials.",
            field="space",
        )


def plan_size(plan: Plan) -> int:
    """Count the trials a plan makes.

    Parameters
    ----------
    plan : Plan
        A checked plan.

    Returns
    -------
    int
        The number of trials of all algorithms.
    """
    return sum(_quotas(plan).values())


def planned_size(plan: Plan, history: Sequence[TrialRecord]) -> int:
    """Count the trials of a plan that was changed on the way.

    Parameters
    ----------
    plan : Plan
        A checked plan, as it goes on.
    history : sequence of TrialRecord
        The trials made so far, also by what the plan was before.

    Returns
    -------
    int
        Those made and those still to come.
    """
    left = math.inf if plan.n_trials is None else max(0, plan.n_trials - len(history))
    new = sum(_size(item) - _count_made(item, history) for item in plan.items)
    return len(history) + int(min(left, new))


def _count_made(item: PlanItem, history: Sequence[TrialRecord]) -> int:
    """Count the combinations of a space that have been made; none of an endless one."""
    if _size(item) == math.inf:
        return 0
    return len(
        {
            params_key(record.params)
            for record in history
            if record.algorithm == item.algorithm and _is_of(item.space, record.params)
        }
    )


def _is_of(space: Space, params: Params) -> bool:
    """Tell whether a grid lists a combination, by type too: 1 is not its 1.0."""
    ints = [n for n, v in params.items() if isinstance(v, int) and n in space]
    return fits(space, params) and not any(
        isinstance(plain(space[name]), FloatRange) for name in ints
    )


def _size(item: PlanItem) -> float:
    """Count the combinations of a space; infinite where there is no counting them."""
    if any(size_of(distribution) is None for distribution in item.space.values()):
        return math.inf
    return grid_size(item.space)


def _quotas(plan: Plan) -> dict[str, int]:
    """Share the budget: equal parts, and what a small space cannot use to the others.

    Where turns are given by rank or by time, an algorithm may use all of the budget.
    """
    sizes = {item.algorithm: _size(item) for item in plan.items}
    if plan.n_trials is None:
        return {name: int(size) for name, size in sizes.items()}
    quotas: dict[str, int] = {}
    left = plan.n_trials
    for position, name in enumerate(sorted(sizes, key=lambda name: sizes[name])):
        # Rounded down, so that the last, largest space takes the remainder.
        quotas[name] = int(min(sizes[name], left // (len(sizes) - position)))
        left -= quotas[name]
    return quotas


def _limits(plan: Plan) -> dict[str, float]:
    """Return how many combinations of its space each algorithm may have."""
    if plan.is_steered:
        # Shares of the whole would not do for what began late or anew: who has had
        # least has the next turn, and the budget ends it.
        return {item.algorithm: _size(item) for item in plan.items}
    if plan.share == "equal" and not plan.in_seconds:
        return dict(_quotas(plan))
    most = plan.n_trials if plan.n_trials is not None else math.inf
    return {item.algorithm: min(_size(item), most) for item in plan.items}


def next_units(plan: Plan, history: Sequence[TrialRecord], *, limit: int) -> list[Unit]:
    """Continue a plan where the trials made so far end.

    The answer depends on the arguments alone: two processes that ask with the same
    trials get the same units.

    Parameters
    ----------
    plan : Plan
        A checked plan.
    history : sequence of TrialRecord
        The trials made so far.
    limit : int
        About how many trials to return; a unit is never cut for it.

    Returns
    -------
    list of Unit
        Units in the order they should be worked on; empty if the plan is exhausted.
    """
    limits = _limits(plan)
    counts = Counter(record.algorithm for record in history)
    left = math.inf if plan.n_trials is None else plan.n_trials - len(history)
    sources = {
        item.algorithm: _units(
            item,
            plan,
            [record for record in history if record.algorithm == item.algorithm],
            quota=limits[item.algorithm],
        )
        for item in plan.items
    }
    turns = Turns(
        list(sources), history, adaptive=plan.share == "adaptive", timed=plan.in_seconds
    )
    units: list[Unit] = []
    n_new = 0
    while sources and n_new < min(limit, left):
        name = turns.next(sources)
        unit = next(sources[name], None)
        if unit is None:
            del sources[name]
            continue
        if len(unit.params) > left - n_new:
            unit = replace(unit, params=unit.params[-int(left - n_new) :])
        size = len(unit.params)
        counts[name] += size
        n_new += size
        turns.took(name, size)
        units.append(unit)
    return units if plan.strategy == "grid" else _merged(units)


def _units(
    item: PlanItem, plan: Plan, records: Sequence[TrialRecord], *, quota: float
) -> Iterator[Unit]:
    """Yield the units of one algorithm after the trials it has had."""
    count = _count_made(item, records) if plan.is_steered else len(records)
    # A grid counts its way through: its records need no combinations, and have none.
    seen = {params_key(record.params) for record in records if record.params}
    if plan.strategy == "grid":
        spread = (
            quota < _size(item) if not plan.is_steered else plan.n_trials is not None
        )
        costliest_first = plan.costliest_first and not spread
        source = _grid(
            item,
            count=count,
            spread=spread,
            seed=plan.seed,
            costliest_first=costliest_first,
        )
    else:
        source = _sampled(item, plan, records, seen=seen)
    while count < quota and (combinations := next(source, None)) is not None:
        new = [params for params in combinations if params_key(params) not in seen]
        # Cut at the short end: the longest costs the fit in any case.
        if len(new) > quota - count:
            new = new[-int(quota - count) :]
        if new:
            count += len(new)
            seen.update(map(params_key, new))
            yield Unit(item.algorithm, tuple(new))


def _shared_names(item: PlanItem) -> list[str]:
    """List the parameters of a space in which the trials of one unit may differ."""
    shared = ALGORITHMS[item.algorithm].shared
    parents = {d.parameter for d in item.space.values() if isinstance(d, Conditional)}
    return sorted(
        name
        for name, distribution in item.space.items()
        if name in shared
        and name not in parents
        and not isinstance(distribution, Conditional)
    )


def _grid(
    item: PlanItem, *, count: int, spread: bool, seed: int, costliest_first: bool
) -> Iterator[list[Params]]:
    """Yield the units of a grid in order, from about the ``count``-th trial on."""
    shared = _shared_names(item)
    rest = {name: item.space[name] for name in item.space if name not in shared}
    together = [
        dict(zip(shared, values, strict=True))
        for values in product(*(_ascending(item.space, name) for name in shared))
    ]
    n_units = grid_size(rest)
    if costliest_first:
        # From the first on: what has been made before is known by its parameters.
        ordered = sorted(
            range(n_units), key=lambda p: -_size_hint(combination_at(rest, p))
        )
        for part, position in product(_parts(item, together), ordered):
            params = combination_at(rest, position)
            yield [{**params, **values} for values in part]
        return
    start = count // len(together)
    # All around: what was left out before the start, if anything, is found again.
    for i in chain(range(start, n_units), range(min(start, n_units))):
        position = _spread(i, n_units, seed) if spread else i
        params = combination_at(rest, position)
        yield [{**params, **values} for values in together]


def _parts(item: PlanItem, together: list[Params]) -> list[list[Params]]:
    """Part what could share a fit if one value takes as long as all others together."""
    name = ALGORITHMS[item.algorithm].apart
    if name not in item.space or name not in together[0]:
        return [together]
    largest = max(float(values[name] or 0) for values in together)
    parts: tuple[list[Params], list[Params]] = ([], [])
    for values in together:
        parts[float(values[name] or 0) < largest].append(values)
    return [part for part in parts if part]


def _size_hint(params: Params) -> float:
    """Guess how large a model is, compared with others of its algorithm."""
    sizes = [params[name] for name in _GROWS if name in params]
    return math.prod(map(_as_size, sizes))


def _as_size(value: Value) -> float:
    if value is None:  # no limit
        return math.inf
    if isinstance(value, str):  # layers, such as "128-64"
        layers = value.split("-")
        return math.prod(map(int, layers)) if all(map(str.isdigit, layers)) else 1.0
    return float(value)


def _ascending(space: Space, name: str) -> list[Value]:
    """List values, numbers in order: of a path the longest comes last."""
    values = grid_values(space[name])
    if all(isinstance(value, int | float) for value in values):
        return sorted(values, key=lambda value: float(value or 0))
    return values


def _spread(index: int, size: int, seed: int) -> int:
    """Permute positions so that the first few lie all over the grid.

    Steps of the golden ratio, which leave no region out for long.
    """
    step = max(1, round(size * 0.618034))
    while math.gcd(step, size) != 1:
        step += 1
    return (seed + index * step) % size


def first_configurations(item: PlanItem, task: TaskType) -> list[Params]:
    """List the curated combinations, moved into a space where they lie outside.

    Parameters
    ----------
    item : PlanItem
        Algorithm and space.
    task : TaskType
        What is to be predicted.

    Returns
    -------
    list of dict
        In the order they are tried.
    """
    algorithm = ALGORITHMS[item.algorithm]
    moved = []
    for params in algorithm.first(task):
        wanted = params
        if algorithm.path and params.get(algorithm.path.name) == "auto":
            # Where they are not to be found, as many iterations as there may be.
            found = item.space.get(algorithm.path.name)
            as_many = "auto" if found and contains(found, "auto") else None
            wanted = {**params, algorithm.path.name: as_many}
        moved.append(nearest(item.space, wanted))
    return list({params_key(params): params for params in moved}.values())


def _sampled(
    item: PlanItem, plan: Plan, records: Sequence[TrialRecord], *, seen: set[str]
) -> Iterator[list[Params]]:
    """Yield curated configurations, then new drawn combinations."""
    # Late: the web process makes plans and must not load Optuna.
    samplers = importlib.import_module("runs.search.samplers")
    first = first_configurations(item, plan.task)
    drawn: list[TrialRecord] = list(records)
    index = len(records)
    n_by_hand = sum(record.is_by_hand for record in records)
    while True:
        guided = []
        position = index - n_by_hand  # what is added by hand comes besides the curated
        if plan.strategy == "tpe" and position >= len(first):
            guided = [samplers.propose(item.space, drawn, seed=plan.seed, index=index)]
        candidates = chain(
            first[position : position + 1],
            guided,
            (
                samplers.draw(item.space, seed=plan.seed, index=index, attempt=attempt)
                for attempt in range(_ATTEMPTS)
            ),
            _rest(item),
        )
        params = next((p for p in candidates if params_key(p) not in seen), None)
        if params is None:
            return
        yield [params]
        drawn.append(TrialRecord(item.algorithm, params, "waiting", None, 0.0, index))
        index += 1


def _rest(item: PlanItem) -> Iterator[Params]:
    """Yield all combinations of a space small enough to be listed."""
    size = _size(item)
    if size <= GRID_LIMIT:
        for position in range(int(size)):
            yield combination_at(item.space, position)


def _merged(units: list[Unit]) -> list[Unit]:
    """Join units that happen to differ in shared parameters only."""
    groups: dict[tuple[str, str], list[Params]] = {}
    for unit in units:
        shared = ALGORITHMS[unit.algorithm].shared
        for params in unit.params:
            rest = {k: v for k, v in params.items() if k not in shared}
            # Iterations that are still to be found are found by a fit of their own.
            found = {k: v for k, v in params.items() if v == "auto"}
            key = params_key(params if found else rest)
            groups.setdefault((unit.algorithm, key), []).append(params)
    return [
        Unit(algorithm, tuple(_by_path(algorithm, group)))
        for (algorithm, _), group in groups.items()
    ]


def _by_path(algorithm: str, group: list[Params]) -> list[Params]:
    path = ALGORITHMS[algorithm].path
    if path is None or len(group) == 1:
        return group
    return sorted(group, key=lambda params: float(params.get(path.name) or 0))
