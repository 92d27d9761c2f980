"""Which trials a run makes, and in what order."""

import importlib
import json
import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from runs.search.algorithms import ALGORITHMS
from runs.search.parameters import Params, Value
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Space, contains, grid_size, size_of, value_at

GRID_LIMIT = 100_000
# Draws that repeat a known combination before the rest of a small space is listed.
_ATTEMPTS = 30


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
    strategy : {"grid", "random"}
        Every combination, or combinations drawn at random without repetition.
    items : tuple of PlanItem
        The algorithms, each at most once.
    n_trials : int, optional
        Budget of trials; None for a whole grid.
    seed : int
        Seed of the draws.
    task : TaskType
        What is to be predicted.
    """

    strategy: Literal["grid", "random"]
    items: tuple[PlanItem, ...]
    n_trials: int | None
    seed: int
    task: TaskType


@dataclass(frozen=True)
class Unit:
    """Trials that share one fit: they differ in the path parameter only.

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


def check_plan(plan: Plan) -> None:
    """Refuse a plan that cannot or should not be carried out.

    Parameters
    ----------
    plan : Plan
        The plan.

    Raises
    ------
    SpecError
        With ``field`` one of ``algorithms``, ``n_trials``, ``strategy``, ``space``.
    """
    if plan.strategy not in ("grid", "random"):
        raise SpecError(
            f"There is no strategy {plan.strategy!r}; known are grid and random.",
            field="strategy",
        )
    if not plan.items:
        raise SpecError("Choose at least one algorithm.", field="algorithms")
    if plan.n_trials is not None and plan.n_trials < 1:
        raise SpecError("Allow at least one trial.", field="n_trials")
    if plan.strategy == "random" and plan.n_trials is None:
        raise SpecError("Random search needs a number of trials.", field="n_trials")
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
        _check_grid(plan)


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


def _check_grid(plan: Plan) -> None:
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
    if total > GRID_LIMIT:
        raise SpecError(
            f"The grid has {total:,} combinations, and at most {GRID_LIMIT:,} are "
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


def _size(item: PlanItem) -> float:
    sizes = [size_of(distribution) for distribution in item.space.values()]
    return math.prod(math.inf if size is None else size for size in sizes)


def _quotas(plan: Plan) -> dict[str, int]:
    """Share the budget: equal parts, and what a small space cannot use to the others."""
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


def next_units(
    plan: Plan,
    *,
    n_trials_by_algorithm: Mapping[str, int],
    seen: Mapping[str, Set[str]],
    limit: int,
) -> list[Unit]:
    """Continue a plan where the trials made so far end.

    The answer depends on the arguments alone: two processes that ask with the same
    trials get the same units.

    Parameters
    ----------
    plan : Plan
        A checked plan.
    n_trials_by_algorithm : mapping of str to int
        Number of trials of the plan made so far, of each algorithm.
    seen : mapping of str to set of str
        ``params_key`` of the trials made so far, of each algorithm.
    limit : int
        About how many trials to return; a unit is never cut for it.

    Returns
    -------
    list of Unit
        Units in the order they should be worked on, the algorithms in turns; empty
        if the plan is exhausted.
    """
    quotas = _quotas(plan)
    counts = {name: n_trials_by_algorithm.get(name, 0) for name in quotas}
    sources = {
        item.algorithm: _units(
            item,
            plan,
            count=counts[item.algorithm],
            quota=quotas[item.algorithm],
            seen=set(seen.get(item.algorithm, ())),
        )
        for item in plan.items
    }
    units: list[Unit] = []
    n_new = 0
    while sources and n_new < limit:
        # The algorithm with the fewest trials is next, so that all appear early.
        name = min(sources, key=lambda name: counts[name])
        unit = next(sources[name], None)
        if unit is None:
            del sources[name]
            continue
        counts[name] += len(unit.params)
        n_new += len(unit.params)
        units.append(unit)
    return _merged(units) if plan.strategy == "random" else units


def _units(
    item: PlanItem, plan: Plan, *, count: int, quota: int, seen: set[str]
) -> Iterator[Unit]:
    """Yield the units of one algorithm after its first ``count`` trials."""
    if plan.strategy == "grid":
        source = _grid(item, count=count, spread=quota < _size(item), seed=plan.seed)
    else:
        source = _random(item, plan, count=count, seen=seen)
    while count < quota and (combinations := next(source, None)) is not None:
        new = [params for params in combinations if params_key(params) not in seen]
        # Cut at the short end: the longest costs the fit in any case.
        new = new[-(quota - count) :]
        if new:
            count += len(new)
            seen.update(map(params_key, new))
            yield Unit(item.algorithm, tuple(new))


def _path_of(item: PlanItem) -> str | None:
    path = ALGORITHMS[item.algorithm].path
    return path.name if path is not None and path.name in item.space else None


def _grid(
    item: PlanItem, *, count: int, spread: bool, seed: int
) -> Iterator[list[Params]]:
    """Yield the units of a grid in order, from about the ``count``-th trial on."""
    path = _path_of(item)
    names = sorted(name for name in item.space if name != path)
    lengths: list[Value] = []
    if path is not None:
        # Sorted: the longest is fitted and the others are read off it.
        size = size_of(item.space[path])
        assert size is not None
        values = [value_at(item.space[path], i) for i in range(size)]
        lengths = sorted(values, key=lambda value: float(value or 0))
    n_units = grid_size({name: item.space[name] for name in names})
    start = count // max(len(lengths), 1)
    # All around: what was left out before the start, if anything, is found again.
    order = chain(range(start, n_units), range(min(start, n_units)))
    for i in order:
        position = _spread(i, n_units, seed) if spread else i
        params = _combination(item.space, names, position)
        if path is None:
            yield [params]
        else:
            yield [{**params, path: length} for length in lengths]


def _spread(index: int, size: int, seed: int) -> int:
    """Permute positions so that the first few lie all over the grid.

    Steps of the golden ratio, which leave no region out for long.
    """
    step = max(1, round(size * 0.618034))
    while math.gcd(step, size) != 1:
        step += 1
    return (seed + index * step) % size


def _combination(space: Space, names: list[str], position: int) -> Params:
    """Decode a position as digits, the last name changing fastest."""
    params: Params = {}
    for name in reversed(names):
        size = size_of(space[name])
        assert size is not None
        position, digit = divmod(position, size)
        params[name] = value_at(space[name], digit)
    return dict(reversed(params.items()))


def _random(
    item: PlanItem, plan: Plan, *, count: int, seen: set[str]
) -> Iterator[list[Params]]:
    """Yield curated configurations, then new random combinations."""
    # Late: the web process makes plans and must not load Optuna.
    samplers = importlib.import_module("runs.search.samplers")
    first = [
        params
        for params in ALGORITHMS[item.algorithm].first(plan.task)
        if params.keys() == item.space.keys()
        and all(contains(item.space[name], value) for name, value in params.items())
    ]
    index = count
    while True:
        candidates = chain(
            first[index : index + 1],
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
        index += 1


def _rest(item: PlanItem) -> Iterator[Params]:
    """Yield all combinations of a space small enough to be listed."""
    size = _size(item)
    if size <= GRID_LIMIT:
        names = sorted(item.space)
        for position in range(int(size)):
            yield _combination(item.space, names, position)


def _merged(units: list[Unit]) -> list[Unit]:
    """Join units that happen to differ in the path parameter only."""
    groups: dict[tuple[str, str], list[Params]] = {}
    for unit in units:
        path = ALGORITHMS[unit.algorithm].path
        for params in unit.params:
            rest = {k: v for k, v in params.items() if path is None or k != path.name}
            # Without a path parameter all parameters are the rest: nothing is joined.
            groups.setdefault((unit.algorithm, params_key(rest)), []).append(params)
    merged = []
    for (algorithm, _), group in groups.items():
        path = ALGORITHMS[algorithm].path
        if path is not None and len(group) > 1:
            group.sort(key=lambda params: float(params[path.name] or 0))
        merged.append(Unit(algorithm, tuple(group)))
    return merged
