"""How many rows are looked at: what the time and the room allow."""

import time

import numpy as np
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Prepared, rows_of


def sample(n_rows: int, size: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Draw rows without replacement.

    Parameters
    ----------
    n_rows : int
        How many there are.
    size : int
        How many are wanted.
    seed : int, default=0
        Of the draw.

    Returns
    -------
    ndarray of int of shape (min(n_rows, size),)
        Positions in ascending order.
    """
    if n_rows <= size:
        return np.arange(n_rows)
    drawn = np.random.default_rng(seed).choice(n_rows, size, replace=False)
    return np.sort(drawn)


def seconds_a_row(prepared: Prepared, encoded: Encoded, *, n_rows: int = 300) -> float:
    """Measure how long a model takes to answer a row among many.

    Parameters
    ----------
    prepared : Prepared
        The model.
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    n_rows : int, default=300
        How many are asked about together.

    Returns
    -------
    float
        Seconds.
    """
    some = rows_of(encoded, np.arange(n_rows) % len(encoded[0]))
    prepared.output(rows_of(some, slice(0, 1)))  # the first call imports and allocates
    started = time.perf_counter()
    prepared.output(some)
    return (time.perf_counter() - started) / n_rows


def rows_within(seconds: float, a_row: float, *, least: int, most: int) -> int:
    """Return how many rows fit into a time, between two limits.

    Parameters
    ----------
    seconds : float
        The time.
    a_row : float
        What one takes.
    least, most : int
        The limits.

    Returns
    -------
    int
        Number of rows.
    """
    return int(min(most, max(least, seconds / max(a_row, 1e-9))))
