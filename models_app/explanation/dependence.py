"""Partial dependence: the mean answer if a column had another value in every row."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Prepared, rows_of
from runs.charts.ordering import in_own_order

Matrix = NDArray[np.float64]

N_GRID = 20
MAX_LEVELS = 15


class Grid(NamedTuple):
    """Values of a column to look at.

    Attributes
    ----------
    points : Series of shape (n_values,)
        In the type of the column.
    is_numeric : bool
        Numbers and dates are in order, and so are categories that are written as some;
        of other categories the most frequent is the first.
    shares : list of float
        Of numbers: share of the rows up to each value; of others: share of the rows
        with it.
    """

    points: pd.Series
    is_numeric: bool
    shares: list[float]


def grid_of(column: pd.Series, *, is_numeric: bool, n: int = N_GRID) -> Grid:
    """Choose values of a column: its quantiles, or its most frequent ones.

    Parameters
    ----------
    column : Series of shape (n_samples,)
        Of rows as uploaded.
    is_numeric : bool
        Whether its values have an order.
    n : int, default=20
        Number of values at most.

    Returns
    -------
    Grid
        Values that are in the column; none if it is empty.
    """
    present = column.dropna()
    if not is_numeric:
        counts = present.value_counts().head(min(n, MAX_LEVELS))
        counts.index = pd.Index(counts.index.to_numpy())  # also of a categorical type
        order = in_own_order(counts.index)
        if order is not None:
            counts = counts.loc[order]
        values = pd.Series(counts.index.to_numpy(), dtype=column.dtype)
        return Grid(values, False, (counts / max(1, len(column))).round(6).tolist())
    ordered = present.sort_values(kind="stable").reset_index(drop=True)
    at = np.unique(np.linspace(0, len(ordered) - 1, n).round().astype(int))
    values = ordered.iloc[at] if len(ordered) else ordered
    values = values.drop_duplicates().reset_index(drop=True)
    shares = np.searchsorted(ordered.to_numpy(), values.to_numpy(), side="right")
    return Grid(values, True, (shares / max(1, len(ordered))).round(6).tolist())


def with_values(
    prepared: Prepared, row: pd.DataFrame, columns: Sequence[str], grids: Sequence[Grid]
) -> list[Encoded]:
    """Prepare the values of some columns, in one go.

    Parameters
    ----------
    prepared : Prepared
        The model.
    row : DataFrame of shape (1, n_features)
        Any row as uploaded, for the other columns.
    columns : sequence of str
        Their names.
    grids : sequence of Grid
        Their values.

    Returns
    -------
    list of list of ndarray
        For each column the prepared rows that have its values.
    """
    if not columns:
        return []
    frames = []
    for column, grid in zip(columns, grids, strict=True):
        frame = row.iloc[np.zeros(len(grid.points), dtype=int)].reset_index(drop=True)
        frame[column] = grid.points.array
        frames.append(frame.astype(row.dtypes))
    encoded = prepared.prepare(pd.concat(frames, ignore_index=True))
    stops = np.cumsum([len(grid.points) for grid in grids])
    return [
        rows_of(encoded, slice(stop - len(grid.points), stop))
        for stop, grid in zip(stops, grids, strict=True)
    ]


def individual(
    prepared: Prepared, encoded: Encoded, column: int, values: Encoded
) -> NDArray[np.float64]:
    """Answer every row with every value of a column.

    Parameters
    ----------
    prepared : Prepared
        The model.
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    column : int
        Position of the column.
    values : list of ndarray of shape (n_values, n_encoded)
        Prepared rows with the values.

    Returns
    -------
    ndarray of shape (n_samples, n_values, n_outputs)
        Probabilities, or numbers: the same as brute force through the pipeline gives.
    """
    n_rows, n_values = len(encoded[0]), len(values[0])
    tiled = rows_of(encoded, np.repeat(np.arange(n_rows), n_values))
    other = rows_of(values, np.tile(np.arange(n_values), n_rows))
    outputs = prepared.output(prepared.replaced(tiled, column, other))
    return outputs.reshape(n_rows, n_values, -1)


def joint(
    prepared: Prepared,
    encoded: Encoded,
    columns: tuple[int, int],
    values: Any,  # noqa: ANN401
) -> NDArray[np.float64]:
    """Return the mean answer for every pair of values of two columns.

    Parameters
    ----------
    prepared : Prepared
        The model.
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    columns : tuple of two int
        Positions of the columns.
    values : pair of list of ndarray
        Prepared rows with the values of each.

    Returns
    -------
    ndarray of shape (n_first, n_second, n_outputs)
        Probabilities, or numbers.
    """
    (a, b), (first, second) = columns, values
    n_rows, n_a, n_b = len(encoded[0]), len(first[0]), len(second[0])
    places = np.unravel_index(np.arange(n_rows * n_a * n_b), (n_rows, n_a, n_b))
    mixed = prepared.replaced(rows_of(encoded, places[0]), a, rows_of(first, places[1]))
    mixed = prepared.replaced(mixed, b, rows_of(second, places[2]))
    outputs = prepared.output(mixed)
    mean: NDArray[np.float64] = outputs.reshape(n_rows, n_a, n_b, -1).mean(axis=0)
    return mean
