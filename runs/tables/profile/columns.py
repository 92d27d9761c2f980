"""Describe the columns of a table in plain numbers that JSON can hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from runs.tables.kinds import Column, count_distinct
from runs.tables.labels import label

_MAX_BINS = 20
_MAX_TOP = 10
_MAX_CLASSES = 100


def profile_columns(
    table_frame: pd.DataFrame, columns: Sequence[Column]
) -> list[dict[str, Any]]:
    """Describe every column of a table.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
        The typed frame.
    columns : sequence of Column
        Name, kind and type of its columns.

    Returns
    -------
    list of dict
        One a column, in the order of ``columns``: ``name``, ``kind``, ``reason``,
        ``dtype``, ``missing`` and ``distinct`` (counts); for numbers and dates
        ``min``, ``max``, ``mean``, ``median`` and ``histogram`` with ``edges`` and
        ``counts``; for all others ``top``, the ten most frequent values with their
        counts, and ``other``, the number of remaining rows. Up to 100 distinct values
        are all counted in ``classes``. Dates are ISO texts; nothing is NaN.
    """
    return [_profile(table_frame[column.name], column) for column in columns]


def preview(frame: pd.DataFrame, n_rows: int = 50) -> dict[str, Any]:
    """Show the first rows as text.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The typed frame.
    n_rows : int, default 50
        How many rows to show.

    Returns
    -------
    dict
        ``columns``, the names, and ``rows``, lists of texts with None for a missing
        value.
    """
    head = frame.head(n_rows)
    # By column: a row across columns of several types would lose their types.
    cells = [
        [None if pd.isna(value) else label(value) for value in head.iloc[:, i]]
        for i in range(head.shape[1])
    ]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return {"columns": [str(name) for name in frame.columns], "rows": rows}


def _profile(series: pd.Series, column: Column) -> dict[str, Any]:
    present = series.dropna()
    if column.dtype in ("int64", "float64", "datetime64"):
        # Sorted once: all that is said of numbers is then quickly read off.
        present = pd.Series(np.sort(present.to_numpy()))
    n_distinct = count_distinct(present)
    result: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind.value,
        "reason": column.reason,
        "dtype": column.dtype,
        "missing": int(len(series) - len(present)),
        "distinct": n_distinct,
    }
    if column.dtype in ("int64", "float64"):
        result |= _describe_numbers(present.to_numpy())
    elif column.dtype == "datetime64":
        result |= _describe_dates(present)
    else:
        top = _counts(present).head(_MAX_TOP)
        result |= {"top": _listed(top), "other": int(len(present) - top.sum())}
    if n_distinct <= _MAX_CLASSES:
        result["classes"] = _listed(_counts(present))
    return result


def _listed(counts: "pd.Series[int]") -> list[list[Any]]:
    return [[label(value), int(n)] for value, n in counts.items()]


def _counts(present: pd.Series) -> "pd.Series[int]":
    """Count the values: the most frequent first, equally frequent ones in order."""
    counts = present.value_counts(sort=False).sort_index()
    return counts.sort_values(ascending=False, kind="stable")


def _describe_numbers(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Describe ascending numbers."""
    if not len(values):
        return _nothing()
    # The sum of finite numbers may be infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        mean, median = values.mean(dtype=np.float64), _median(values)
    return {
        "min": values[0].item(),
        "max": values[-1].item(),
        "mean": _finite(mean),
        "median": _finite(median),
        "histogram": _histogram(values),
    }


def _median(values: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401 - a NumPy scalar
    middle = values[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return middle.mean(dtype=np.float64)


def _describe_dates(present: pd.Series) -> dict[str, Any]:
    if present.empty:
        return _nothing()
    unit = present.dt.as_unit("us").astype("int64").to_numpy()
    described = _describe_numbers(unit)
    histogram = described.pop("histogram")
    texts: dict[str, Any] = {name: _moment(value) for name, value in described.items()}
    edges = [_moment(edge) for edge in histogram["edges"]]
    return texts | {"histogram": {"edges": edges, "counts": histogram["counts"]}}


def _moment(microseconds: float) -> str:
    return label(np.datetime64(int(microseconds), "us").astype("datetime64[s]"))


def _histogram(values: np.ndarray[Any, Any]) -> dict[str, list[Any]]:
    low, high = values[0].item(), values[-1].item()
    if np.issubdtype(values.dtype, np.integer) and high - low < _MAX_BINS:
        # One bin for each whole number, which stands in its middle.
        edges = np.arange(low, high + 2) - 0.5
    else:
        n_bins = max(1, min(_MAX_BINS, int(np.ceil(np.sqrt(len(values))))))
        edges = _even_edges(float(low), float(high), n_bins)
    # Bins are half open, but for the last.
    ends = np.searchsorted(values, edges[:-1], "left")
    counts = np.diff(ends, append=np.searchsorted(values, edges[-1], "right"))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _even_edges(low: float, high: float, n_bins: int) -> np.ndarray[Any, Any]:
    if low == high:
        return (
            np.array([low - 0.5, high + 0.5])
            if abs(low) < 1e15
            else np.array([low, np.nextafter(low, np.inf)])
        )
    # Halved, because the distance of two finite numbers may be infinite.
    halves = low / 2 + (high / 2 - low / 2) * np.linspace(0, 1, n_bins + 1)
    # Rounding may lead past the last number, which for the largest of all is infinite.
    edges = 2 * np.clip(halves, low / 2, high / 2)
    edges[0], edges[-1] = low, high
    return np.unique(edges)


def _finite(value: Any) -> float | None:  # noqa: ANN401 - a NumPy scalar
    return float(value) if np.isfinite(value) else None


def _nothing() -> dict[str, Any]:
    empty: dict[str, list[Any]] = {"edges": [], "counts": []}
    return {"min": None, "max": None, "mean": None, "median": None, "histogram": empty}
