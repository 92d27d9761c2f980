"""From timed fits on a sample to the time and memory of a whole search."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runs.search.algorithms import ALGORITHMS
from runs.search.halving import rungs_of
from runs.search.planning import Plan, next_units, plan_size
from runs.search.preflight.records import Probes, Timed

# How the time of a fit grows with the rows, where one size alone was timed. Kernel
# machines: between n² and n³ (Bottou and Lin 2007); boosting and forests sort (n log n).
_EXPONENT = {"kernel_svm": 2.0, "k_nearest_neighbors": 1.6}
_USUAL_EXPONENT = 1.05
_LEAST, _MOST = 0.3, 2.5
# Database, messages and start of a run.
START_SECONDS = 0.6
TRIAL_SECONDS = 0.008
# Fits of several workers share caches and memory: measured on two cores, 1.1 to 1.3 times
# what a fit takes alone.
COMPANY = 1.2
# The ensemble, one step after the other; then each model's reading and evaluation. Beside
# the best of each algorithm an ensemble has some half a dozen members.
ENSEMBLE_SECONDS = 2.0
MODEL_SECONDS = 0.5
N_MEMBERS = 6
# A time budget alone allows so many trials: more than anybody waits for.
OPEN_END = 10_000
_LOOK_AHEAD = 300
_ITEM_BYTES = 8
_HOUR, _MINUTE = 3600, 60


class AlgorithmEstimate(NamedTuple):
    """What one algorithm's part of a search would take.

    Attributes
    ----------
    algorithm, title : str
        Its name, and that for people.
    n_trials : int
        Trials it gets.
    trial_seconds : float or None
        Processor time of a trial over all folds; None if every timed fit failed.
    seconds : float
        Processor time of all its trials.
    n_timed : int
        Fits the estimate comes from.
    error : str
        Why its fits failed.
    """

    algorithm: str
    title: str
    n_trials: int
    trial_seconds: float | None
    seconds: float
    n_timed: int
    error: str


class Estimate(NamedTuple):
    """What a search would take.

    Attributes
    ----------
    algorithms : list of AlgorithmEstimate
        The costliest first.
    prepare_seconds, search_seconds, models_seconds : float
        Wall time of the phases with all workers.
    n_affordable : int or None
        Trials that fit into the time budget; None without one.
    process_bytes : int
        Most memory of one worker process.
    total_bytes : int
        Most memory of all worker processes, and the prepared folds they share.
    folds_bytes : int
        The prepared folds, on disk and mapped.
    n_timed, sample_rows : int
        Fits timed, and the rows of the sample.
    """

    algorithms: list[AlgorithmEstimate]
    prepare_seconds: float
    search_seconds: float
    models_seconds: float
    n_affordable: int | None
    process_bytes: int
    total_bytes: int
    folds_bytes: int
    n_timed: int
    sample_rows: int

    @property
    def seconds(self) -> float:
        """Wall time of everything."""
        return self.prepare_seconds + self.search_seconds + self.models_seconds

    def to_json(self) -> dict[str, Any]:
        """Return it as stored; `from_json` reads it."""
        return {
            **self._asdict(),
            "algorithms": [part._asdict() for part in self.algorithms],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Estimate":
        """Read a stored estimate.

        Parameters
        ----------
        data : mapping
            What `to_json` returned.

        Returns
        -------
        Estimate
            The same as was stored.
        """
        parts = [AlgorithmEstimate(**part) for part in data["algorithms"]]
        return cls(**{**data, "algorithms": parts})


def exponent(algorithm: str, timed: Sequence[Timed]) -> float:
    """Return how the time of a fit grows with the rows.

    Parameters
    ----------
    algorithm : str
        Name of the algorithm.
    timed : sequence of Timed
        What was timed of it; the same unit on two sizes says how it grows.

    Returns
    -------
    float
        The ``b`` of ``seconds = a * rows ** b``, kept within 0.3 and 2.5.
    """
    usual = _EXPONENT.get(algorithm, _USUAL_EXPONENT)
    sizes = sorted({t.n_rows for t in timed})
    if len(sizes) < 2:
        return usual
    small = next(t for t in timed if t.n_rows == sizes[0])
    large = next(t for t in timed if t.n_rows == sizes[-1])
    if min(small.seconds, large.seconds) <= 0:
        return usual
    found = math.log(large.seconds / small.seconds) / math.log(sizes[-1] / sizes[0])
    # On few rows it is mostly overhead that is timed, which does not grow: beyond the
    # sample the theory is the better guide, and the two are met half way.
    return min(_MOST, max(_LEAST, (found + usual) / 2))


def estimate(
    probes: Probes,
    plan: Plan,
    *,
    n_rows: int,
    n_folds: int,
    fold_fraction: float,
    n_workers: int,
    time_budget_seconds: float | None = None,
) -> Estimate:
    """Estimate a search's time and memory from what was timed.

    Parameters
    ----------
    probes : Probes
        What was timed.
    plan : Plan
        The plan of the run.
    n_rows : int
        Rows of the search, without the holdout.
    n_folds : int
        Folds each trial is scored on.
    fold_fraction : float
        Share of the rows that a fold scores on.
    n_workers : int
        Worker processes.
    time_budget_seconds : float, optional
        Of the whole run.

    Returns
    -------
    Estimate
        With the costliest algorithm first.
    """
    fitted_rows = max(2, round(n_rows * (1 - fold_fraction)))
    numbers = _trials(plan)
    thrift = _thrift(plan, n_rows)
    parts, refits, units = [], [], []
    for item in plan.items:
        timed = [t for t in probes.timed if t.algorithm == item.algorithm]
        part, fold_seconds = _part(
            item.algorithm, timed, fitted_rows, n_folds, numbers[item.algorithm], thrift
        )
        parts.append(part)
        refits.append(fold_seconds / max(0.5, 1 - fold_fraction) + MODEL_SECONDS)
        units.append(fold_seconds * n_folds * thrift)
    growth = n_rows / max(1, probes.sample_rows)
    prepare = growth * n_folds * sum(probes.prepare_seconds.values())
    folds_bytes = sum(
        n_folds * n_rows * n_features * _ITEM_BYTES
        for n_features in probes.features.values()
    )
    process = _process_bytes(probes, fitted_rows)
    work = sum(part.seconds for part in parts)
    n_trials = sum(part.n_trials for part in parts)
    n_models = min(n_trials, len(refits) + N_MEMBERS)
    each_model = sum(refits) / max(1, len(refits))
    company = COMPANY if n_workers > 1 else 1.0
    models = ENSEMBLE_SECONDS + company * n_models * each_model / n_workers
    # At the end some wait for whoever has the longest unit: half of it, on average.
    idle = 0.5 * max(units, default=0.0) * (1 - 1 / n_workers)
    work *= company
    search = START_SECONDS + work / n_workers + min(idle, work)
    affordable = None
    if time_budget_seconds is not None:
        prepared = prepare / n_workers
        models = min(models, 0.35 * time_budget_seconds)
        left = max(0.0, time_budget_seconds - prepared - models)
        each = work / max(1, n_trials)
        affordable = int(left * n_workers / each) if each else n_trials
        affordable = min(n_trials, affordable)
        search = min(search, left)
    return Estimate(
        algorithms=sorted(parts, key=lambda part: -part.seconds),
        prepare_seconds=prepare / n_workers,
        search_seconds=search,
        models_seconds=models,
        n_affordable=affordable,
        process_bytes=process,
        total_bytes=n_workers * process + folds_bytes,
        folds_bytes=folds_bytes,
        n_timed=len(probes.timed),
        sample_rows=probes.sample_rows,
    )


def _part(
    algorithm: str,
    timed: Sequence[Timed],
    n_rows: int,
    n_folds: int,
    n_trials: int,
    thrift: float,
) -> tuple[AlgorithmEstimate, float]:
    """Estimate one algorithm; also the seconds of one fit on one fold."""
    good = [t for t in timed if not t.error]
    title = ALGORITHMS[algorithm].title
    if not good:
        error = timed[0].error if timed else ""
        none = AlgorithmEstimate(
            algorithm, title, n_trials, None, 0.0, len(timed), error
        )
        return none, 0.0
    power = exponent(algorithm, good)
    most = max(t.n_rows for t in good)
    largest = [t for t in good if t.n_rows == most]
    grown = (n_rows / most) ** power if n_rows > most else n_rows / most
    a_unit = sum(t.seconds for t in largest) / len(largest) * grown
    n_shared = sum(t.n_trials for t in largest) / len(largest)
    a_trial = thrift * n_folds * a_unit / n_shared + TRIAL_SECONDS
    found = AlgorithmEstimate(
        algorithm, title, n_trials, a_trial, a_trial * n_trials, len(good), ""
    )
    return found, a_unit


def _trials(plan: Plan) -> dict[str, int]:
    """Return how many trials each algorithm gets, as far as that is known beforehand."""
    total = plan_size(plan)
    planned = next_units(plan, [], limit=min(total, _LOOK_AHEAD))
    counts = {item.algorithm: 0 for item in plan.items}
    for unit in planned:
        counts[unit.algorithm] += len(unit.params)
    seen = sum(counts.values()) or 1
    return {name: round(total * n / seen) for name, n in counts.items()}


def _thrift(plan: Plan, n_rows: int) -> float:
    """Return what a trial of a halving search costs on average, as a share of a whole."""
    if plan.halving is None:
        return 1.0
    rungs = rungs_of(plan.halving, n_rows)
    eta = float(plan.halving.eta)
    return float(sum(share / eta**at for at, share in enumerate(rungs)))


def _process_bytes(probes: Probes, n_rows: int) -> int:
    grown = [
        t.memory_bytes * max(1.0, n_rows / t.n_rows) for t in probes.timed if t.n_rows
    ]
    return int(probes.base_bytes + max(grown, default=0.0))


def spell(seconds: float) -> str:
    """Write a time as people say it: ``"40 s"``, ``"3 min"``, ``"2.5 h"``.

    Parameters
    ----------
    seconds : float
        A time.

    Returns
    -------
    str
        Rounded to what matters of it.
    """
    if seconds < 2 * _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 48 * _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / 24 / _HOUR:.1f} days"
