"""Timing the first combinations of a plan on a sample of the rows, for some seconds."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from numpy.typing import NDArray

from runs.search.algorithms import ALGORITHMS
from runs.search.evaluation import Interrupted, evaluate_unit
from runs.search.folds import FoldData, Split, prepare_folds
from runs.search.memory import peak_bytes
from runs.search.metrics import Scorer
from runs.search.planning import Plan, Unit, next_units
from runs.search.preflight.records import Probes, Timed

# Rows beyond these are not timed: how the time grows is seen from two sizes below.
MAX_ROWS = 6_000
SMALL_SHARE = 0.25
# Below so many rows a second size tells nothing: overheads are all that is timed.
_FEW_ROWS = 800
SECONDS = 12.0
_UNITS_PER_ALGORITHM = 4
_LOOK_AHEAD = 400

Report = Callable[[int, int], None]


def sample_positions(
    y: NDArray[Any], *, n_rows: int, seed: int, is_classification: bool
) -> NDArray[np.intp]:
    """Choose the rows to time on; of each class at least a few.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Encoded target of the rows of the search.
    n_rows : int
        Most rows to choose.
    seed : int
        Seed of the choice.
    is_classification : bool
        Whether the target is a class.

    Returns
    -------
    ndarray of int
        Positions in ascending order.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(y))
    if len(y) <= n_rows:
        return np.arange(len(y))
    chosen = order[:n_rows]
    if is_classification:
        few = [order[y[order] == label][:10] for label in np.unique(y)]
        chosen = np.concatenate([chosen, *few])
    return np.unique(chosen)


def probe(
    X: pd.DataFrame,
    y: NDArray[Any],
    *,
    plan: Plan,
    scorers: Mapping[str, Scorer],
    ranking: str,
    validation_fraction: float,
    train_scores: bool = True,
    n_threads: int = 1,
    seconds: float = SECONDS,
    on_progress: Report | None = None,
) -> Probes:
    """Time the first combinations that a plan would try, algorithm by algorithm.

    The algorithms take turns until the time is over, so that an early end leaves none
    unknown; the first unit of each is timed on a quarter of the sample as well, which
    tells how the time grows with the rows.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The sample of the search's rows.
    y : ndarray of shape (n_samples,)
        Its encoded target.
    plan : Plan
        The plan of the run.
    scorers : mapping of str to callable
        ``scorer(estimator, X, y)`` by metric.
    ranking : str
        The metric that ranks.
    validation_fraction : float
        Share of the sample to score on: that of one fold.
    train_scores : bool, default=True
        Whether the rows fitted are scored, too.
    n_threads : int, default=1
        Threads a fit may use.
    seconds : float, default=12
        No unit is begun after so long; each algorithm has one all the same.
    on_progress : callable, optional
        ``on_progress(done, total)`` before each unit.

    Returns
    -------
    Probes
        What was timed.
    """
    began = time.perf_counter()
    units = {item.algorithm: _planned(plan, item.algorithm) for item in plan.items}
    recipes = {ALGORITHMS[name].recipe for name in units}
    split = Split(
        n_splits=2,
        holdout_fraction=0.0,
        seed=plan.seed,
        task=plan.task,
        scheme="holdout",
        validation_fraction=validation_fraction,
    )
    prepare_seconds: dict[str, float] = {}
    folds: dict[str, FoldData] = {}
    with tempfile.TemporaryDirectory(prefix="tuneboard-preflight-") as folder:
        for recipe in sorted(recipes):
            started, used = time.perf_counter(), time.process_time()
            made = prepare_folds(
                X, y, split=split, recipe=recipe, cache_dir=Path(folder), key="probe"
            )
            folds[recipe] = _loaded(made[0])
            prepare_seconds[recipe] = _alone(
                time.perf_counter() - started, time.process_time() - used, n_threads=1
            )
    base = psutil.Process().memory_info().rss

    found: list[Timed] = []
    n_total = sum(map(len, units.values())) + len(units)
    for number, (unit, share) in enumerate(_turns(units, len(X))):
        is_first = all(t.algorithm != unit.algorithm for t in found)
        if time.perf_counter() - began > seconds and not is_first:
            continue
        if share == 1.0 and not is_first and _too_long(found, unit, began, seconds):
            continue
        if on_progress is not None:
            on_progress(number, n_total)
        fold = folds[ALGORITHMS[unit.algorithm].recipe]
        part = fold.sample(share, plan.seed, stratified=plan.task.is_classification)
        found.append(
            _timed(
                unit,
                part,
                plan=plan,
                scorers=scorers,
                ranking=ranking,
                train_scores=train_scores,
                n_threads=n_threads,
            )
        )
    return Probes(
        found,
        prepare_seconds,
        {recipe: fold.X_train.shape[1] for recipe, fold in folds.items()},
        len(X),
        base,
        time.perf_counter() - began,
    )


def _loaded(fold: FoldData) -> FoldData:
    """Copy a fold out of the files it is mapped from: their folder is going."""
    return replace(
        fold,
        X_train=np.array(fold.X_train),
        y_train=np.array(fold.y_train),
        X_test=np.array(fold.X_test),
        y_test=np.array(fold.y_test),
    )


def _timed(
    unit: Unit,
    part: FoldData,
    *,
    plan: Plan,
    scorers: Mapping[str, Scorer],
    ranking: str,
    train_scores: bool,
    n_threads: int,
) -> Timed:
    """Fit one unit on a share of the sample, and see what it takes."""
    before = psutil.Process().memory_info().rss
    started, used = time.perf_counter(), time.process_time()
    try:
        results = evaluate_unit(
            unit.algorithm,
            unit.params,
            [part],
            task=plan.task,
            scorers=scorers,
            ranking=ranking,
            random_state=plan.seed,
            n_threads=n_threads,
            train_scores=train_scores,
        )
        errors = [result.error for result in results if result.error]
    except Interrupted:
        raise
    except Exception as error:  # noqa: BLE001  (an answer like any other)
        errors = [f"{type(error).__name__}: {error}"]
    return Timed(
        unit.algorithm,
        len(unit.params),
        len(part.y_train),
        _alone(time.perf_counter() - started, time.process_time() - used, n_threads),
        max(0, (peak_bytes() or before) - before),
        errors[0] if errors and len(errors) == len(unit.params) else "",
    )


def _alone(wall: float, cpu: float, n_threads: int) -> float:
    """Return what a fit takes on a machine that does nothing else.

    With one thread that is its processor time: what others take meanwhile, while the
    form is filled in, says nothing about the time of the run.
    """
    return min(wall, cpu) if n_threads == 1 and cpu > 0 else wall


def _planned(plan: Plan, algorithm: str) -> list[Unit]:
    """Return some of an algorithm's units, spread over those that come first."""
    items = tuple(item for item in plan.items if item.algorithm == algorithm)
    alone = replace(
        plan, items=items, n_trials=min(plan.n_trials or _LOOK_AHEAD, _LOOK_AHEAD)
    )
    units = next_units(alone, [], limit=_LOOK_AHEAD)
    step = max(1, len(units) // _UNITS_PER_ALGORITHM)
    # The first comes from the estimator's defaults; the others from all over.
    return units[::step][:_UNITS_PER_ALGORITHM]


def _turns(
    units: Mapping[str, Sequence[Unit]], n_rows: int
) -> Iterator[tuple[Unit, float]]:
    """List what to time: a small beginning of each algorithm, then round after round."""
    if n_rows >= _FEW_ROWS:
        yield from ((found[0], SMALL_SHARE) for found in units.values() if found)
    rounds = chain.from_iterable(zip_longest(*units.values()))
    yield from ((unit, 1.0) for unit in rounds if unit is not None)


def _too_long(found: Sequence[Timed], unit: Unit, began: float, seconds: float) -> bool:
    """Tell whether a unit would go far over the time, by what its algorithm took."""
    own = [t.seconds * _growth(t) for t in found if t.algorithm == unit.algorithm]
    return time.perf_counter() - began + own[-1] > 1.5 * seconds


def _growth(timed: Timed) -> float:
    """Return how many times as long a whole unit takes at least."""
    return 1.0 / SMALL_SHARE if timed.n_rows < MAX_ROWS * SMALL_SHARE else 1.0
