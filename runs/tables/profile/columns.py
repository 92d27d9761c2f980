"""Describe the columns of a table one by one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from runs.tables.kinds import Column, Kind, count_distinct
from runs.tables.labels import label
from runs.tables.profile.numbers import (
    describe_dates,
    describe_numbers,
    detail_dates,
    detail_numbers,
    most_frequent,
    order_of,
)
from runs.tables.profile.texts import detail_texts

_MAX_TOP = 10
_MAX_CLASSES = 100
_NUMBERS = ("int64", "float64")


def profile_columns(
    table_frame: pd.DataFrame, columns: Sequence[Column], *, detailed: bool = False
) -> list[dict[str, Any]]:
    """Describe every column of a table.

    Parameters
    ----------
    table_frame : DataFrame of shape (n_rows, n_columns)
        The typed frame.
    columns : sequence of Column
        Name, kind and type of its columns.
    detailed : bool, default False
        Whether to say all that `runs.tables.profile` lists, or only what follows.

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
    return [
        profile_column(table_frame[column.name], column, detailed=detailed)
        for column in columns
    ]


def profile_column(
    series: pd.Series, column: Column, *, detailed: bool = False
) -> dict[str, Any]:
    """Describe a column.

    Parameters
    ----------
    series : Series of shape (n_rows,)
        Its values.
    column : Column
        Name, kind and type.
    detailed : bool, default False
        As in `profile_columns`.

    Returns
    -------
    dict
        An item of `profile_columns`.
    """
    present = series.dropna()
    ordered = column.dtype in (*_NUMBERS, "datetime64")
    as_they_stand = present.to_numpy() if ordered else None
    if as_they_stand is not None:
        # Sorted once: all that is said of numbers is then quickly read off.
        present = pd.Series(np.sort(as_they_stand))
    n_distinct = count_distinct(present)
    result: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind.value,
        "reason": column.reason,
        "dtype": column.dtype,
        "missing": int(len(series) - len(present)),
        "distinct": n_distinct,
    }
    if column.dtype in _NUMBERS:
        result |= describe_numbers(present.to_numpy())
    elif column.dtype == "datetime64":
        result |= describe_dates(present)
    else:
        counts = _counts(present)
        top = counts.head(_MAX_TOP)
        result |= {"top": _listed(top), "other": int(len(present) - top.sum())}
    if n_distinct <= _MAX_CLASSES:
        result["classes"] = _listed(_counts(present))
    if not detailed:
        return result
    if as_they_stand is not None:
        result["order"] = order_of(as_they_stand)
        most = most_frequent(present.to_numpy())
        result["most"] = None if most is None else [label(most[0]), most[1]]
    else:
        result["most"] = next(iter(result["top"]), None)
    return result | _details(series, present, column)


def _details(series: pd.Series, present: pd.Series, column: Column) -> dict[str, Any]:
    if column.dtype in _NUMBERS:
        return detail_numbers(present.to_numpy())
    if column.dtype == "datetime64":
        return detail_dates(present)
    if column.dtype == "string":
        with_words = column.kind in (Kind.TEXT, Kind.IDENTIFIER)
        return detail_texts(series, with_words=with_words)
    return {}


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


def _listed(counts: "pd.Series[int]") -> list[list[Any]]:
    return [[label(value), int(n)] for value, n in counts.items()]


def _counts(present: pd.Series) -> "pd.Series[int]":
    """Count the values: the most frequent first, equally frequent ones in order."""
    counts = present.value_counts(sort=False).sort_index()
    return counts.sort_values(ascending=False, kind="stable")
