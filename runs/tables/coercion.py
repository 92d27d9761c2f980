"""New rows in the types of the table a model was trained on."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from runs.tables.choosing import as_features
from runs.tables.dates import parse_any_dates
from runs.tables.errors import TableError
from runs.tables.header import listed
from runs.tables.kinds import Column, dtype_name
from runs.tables.labels import label
from runs.tables.numeric import parse_any_numbers

_TRUTHS = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}


def coerce(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Bring a frame to the columns, order and types of a training table.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        A newly read frame; columns that training did not have are dropped.
    columns : sequence of Column
        The training table's columns.

    Returns
    -------
    DataFrame of shape (n_rows, len(columns))
        Values that are no number or date where training had one are missing; codes
        written as numbers have the type `as_features` gives them. A
        column of integers or truth values becomes float64 if a value is missing.

    Raises
    ------
    TableError
        If columns are missing; the message names them all.
    """
    missing = [column.name for column in columns if column.name not in frame.columns]
    if missing:
        what = "a column" if len(missing) == 1 else f"{len(missing)} columns"
        raise TableError(
            f"The file lacks {what} that the model needs: "
            f"{listed(missing, limit=len(missing))}; add what is missing and try again."
        )
    coerced = {
        column.name: _COERCIONS[column.dtype](frame[column.name]) for column in columns
    }
    return as_features(pd.DataFrame(coerced, index=frame.index), columns)


def _to_integers(series: pd.Series) -> pd.Series:
    if dtype_name(series) == "int64":
        return series
    numbers = _to_floats(series)
    values = numbers.to_numpy()
    whole = np.isfinite(values).all() and (values == np.rint(values)).all()
    return numbers.astype("int64") if whole and len(values) else numbers


def _to_floats(series: pd.Series) -> pd.Series:
    kind = dtype_name(series)
    if kind == "string":
        return pd.Series(parse_any_numbers(series), index=series.index)
    if kind == "datetime64":
        return pd.Series(np.nan, index=series.index)
    return series.astype("float64")


def _to_dates(series: pd.Series) -> pd.Series:
    kind = dtype_name(series)
    if kind == "datetime64":
        return series
    if kind == "string":
        return parse_any_dates(series)
    return pd.Series(pd.NaT, index=series.index, dtype="datetime64[us]")


def _to_truths(series: pd.Series) -> pd.Series:
    if dtype_name(series) == "bool":
        return series
    texts = _to_strings(series).str.lower()
    truths = texts.map(_TRUTHS).astype("float64")
    return truths if truths.isna().any() else truths.astype("bool")


def _to_strings(series: pd.Series) -> pd.Series:
    if dtype_name(series) == "string":
        return series.astype("str")
    return series.map(label, na_action="ignore").astype("str")


_COERCIONS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "int64": _to_integers,
    "float64": _to_floats,
    "datetime64": _to_dates,
    "bool": _to_truths,
    "string": _to_strings,
}
