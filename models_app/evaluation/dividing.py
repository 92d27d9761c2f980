"""Columns as a handful of groups of rows: bins of numbers and times, values of the rest."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_BINS = 5
MAX_VALUES = 10  # of a column: the rarer ones are put together
# Of a text with more values than this share of the rows, each value is its own.
MAX_DISTINCT = 0.5
MISSING = "missing"


class Division(NamedTuple):
    """A column's rows in groups.

    Attributes
    ----------
    column : str
        Its name.
    labels : list of str
        What the rows of each group have in common, bins in rising order.
    codes : ndarray of int of shape (n_samples,)
        Group of each row.
    """

    column: str
    labels: list[str]
    codes: NDArray[np.int16]


def divide(values: pd.Series, *, n_bins: int = N_BINS) -> Division | None:
    """Put rows together that have the same or nearly the same value in a column.

    Parameters
    ----------
    values : Series of shape (n_samples,)
        Numbers, times, booleans or text; its name is the column's.
    n_bins : int, default=5
        How many bins numbers and times are put in, with as many rows each as ties allow.

    Returns
    -------
    Division or None
        Rows without a value are a group of their own, the last. None if there is only
        one group, or if nearly every text is its own.
    """
    missing = values.isna().to_numpy(dtype=bool)
    known = values[~missing]
    if not len(known):
        return None
    if _is_ordered(known):
        labels, codes = _bins(known, n_bins)
    else:
        texts = known.astype(str)
        n_distinct = texts.nunique()
        if n_distinct > MAX_VALUES and n_distinct > MAX_DISTINCT * len(known):
            labels, codes = ["not missing"], np.zeros(len(known), np.intp)
        else:
            labels, codes = _values(texts)
    if missing.any():
        labels = [*labels, MISSING]
    if len(labels) < 2:
        return None
    together = np.full(len(values), len(labels) - 1, dtype=np.int16)
    together[~missing] = codes
    return Division(str(values.name), labels, together)


def _is_ordered(values: pd.Series) -> bool:
    types = pd.api.types
    return (
        types.is_numeric_dtype(values) and not types.is_bool_dtype(values)
    ) or types.is_datetime64_any_dtype(values)


def _bins(values: pd.Series, n_bins: int) -> tuple[list[str], NDArray[np.intp]]:
    is_time = pd.api.types.is_datetime64_any_dtype(values)
    distinct = np.sort(values.unique())
    if len(distinct) <= n_bins + 1:
        codes = np.searchsorted(distinct, values.to_numpy())
        return [_text(value, is_time) for value in distinct.tolist()], codes
    numbers = (
        values.dt.as_unit("ns").astype("int64") if is_time else values.astype("float64")
    ).to_numpy()
    # The nearest value that is there, so that a bin's end is nobody's invention.
    shares = np.arange(1, n_bins) / n_bins
    inner = np.unique(np.quantile(numbers, shares, method="inverted_cdf"))
    inner = inner[inner < numbers.max()]
    codes = np.searchsorted(inner, numbers, side="left")
    ends = [
        _text(pd.Timestamp(end) if is_time else end, is_time) for end in inner.tolist()
    ]
    if not ends:
        return ["all"], codes
    middle = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    return [f"up to {ends[0]}", *middle, f"above {ends[-1]}"], codes


def _values(texts: pd.Series) -> tuple[list[str], NDArray[np.intp]]:
    counts = texts.value_counts()
    if len(counts) <= MAX_VALUES + 1:
        labels = counts.index.tolist()
        rest = []
    else:
        labels = counts.index[:MAX_VALUES].tolist()
        rest = [f"{len(counts) - MAX_VALUES} rarer values"]
    place = {label: at for at, label in enumerate(labels)}
    codes = texts.map(place).fillna(len(labels)).to_numpy(dtype=np.intp)
    return [str(label)[:80] for label in labels] + rest, codes


def _text(value: object, is_time: bool) -> str:
    if is_time:
        return str(pd.Timestamp(value)).removesuffix(" 00:00:00")  # type: ignore[arg-type]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
