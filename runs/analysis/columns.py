"""The trials as the page's script has them: one array a column, as few digits as matter."""

import math
from typing import Any

import numpy as np

from runs.charts.trials import Axis, Floats, Trials

DIGITS = 6


def columns(trials: Trials) -> dict[str, Any]:
    """Return the trials' columns; names are numbers in the lists they come with."""
    algorithms = list(dict.fromkeys(row.algorithm for row in trials.rows))
    workers = list(dict.fromkeys(row.worker for row in trials.rows))
    states = list(dict.fromkeys(row.state for row in trials.rows))
    width = max((len(row.folds) for row in trials.rows), default=0)
    return {
        "algorithms": algorithms,
        "workers": workers,
        "states": states,
        "number": [row.number for row in trials.rows],
        "algorithm": positions(algorithms, [row.algorithm for row in trials.rows]),
        "state": positions(states, [row.state for row in trials.rows]),
        "worker": positions(workers, [row.worker for row in trials.rows]),
        "value": short(trials.value),
        "spread": short(trials.spread),
        "gap": short(trials.gap),
        "seconds": short(trials.seconds),
        "started": rounded(trials.started, 3),
        "finished": rounded(trials.finished, 3),
        "n_folds": width,
        "params": {name: parameters(trials.of(name)) for name in algorithms},
    }


def positions(names: list[str], found: list[str]) -> list[int]:
    at = {name: i for i, name in enumerate(names)}
    return [at[name] for name in found]


def parameters(trials: Trials) -> dict[str, list[Any]]:
    """Return an algorithm's parameters, each a list along its trials."""
    names = dict.fromkeys(name for row in trials.rows for name in row.params)
    found = {}
    for name in names:
        if name == "weights":  # what an ensemble joins is on its own page
            continue
        values = [row.params.get(name, "") for row in trials.rows]
        if all(type(value) is float for value in values):
            found[name] = short(np.array(values))
        else:
            found[name] = values
    return found


def short(numbers: Floats) -> list[float | None]:
    """Return numbers with the digits that matter beside the largest of them."""
    known = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not len(known):
        return rounded(numbers, DIGITS)
    if known.min() * 1000 < known.max():  # over several magnitudes each has its own
        return [float(f"{x:.{DIGITS}g}") if x == x else None for x in numbers.tolist()]
    return rounded(numbers, DIGITS - 1 - math.floor(math.log10(known.max())))


def rounded(numbers: Floats, decimals: int) -> list[float | None]:
    return [None if x != x else x for x in np.round(numbers, decimals).tolist()]


def axis_data(axis: Axis) -> dict[str, Any]:
    return {
        "name": axis.name,
        "log": axis.log,
        "values": list(axis.values),
        "when": axis.when,
    }
