"""The sampled cells of a column in the form that associations are computed from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from runs.tables.kinds import Column
from runs.tables.profile.stored import Rows

# More values of a category are too few rows each: the rarest are taken together.
_MAX_LEVELS = 100
CATEGORIES = frozenset({"category", "boolean", "integer_category"})


@dataclass(frozen=True, slots=True)
class Sampled:
    """A column as numbers or as codes.

    Attributes
    ----------
    column : Column
        Whose cells they are.
    numbers : ndarray of float64 of shape (n_rows,) or None
        Values of numbers, microseconds of dates, lengths of texts; NaN where missing
        or infinite.
    codes : ndarray of int of shape (n_rows,) or None
        Categories by frequency, from 0; -1 where missing.
    """

    column: Column
    numbers: npt.NDArray[np.float64] | None
    codes: npt.NDArray[np.intp] | None

    @property
    def is_length(self) -> bool:
        """Whether ``numbers`` are lengths of texts."""
        return self.column.dtype == "string" and self.numbers is not None


def sample_column(
    series: pd.Series,
    column: Column,
    rows: Rows | None,
    *,
    as_codes: bool | None = None,
) -> Sampled:
    """Take a sample of a column.

    Parameters
    ----------
    series : Series of shape (n_rows,)
        All its values.
    column : Column
        Name, kind and type.
    rows : ndarray of int of shape (n_some_rows,) or None
        The rows to take; all if None.
    as_codes : bool or None, default None
        Whether to take it as a category with all its values, or as numbers, whatever
        its kind; by its kind if None.

    Returns
    -------
    Sampled
        Its cells.
    """
    some = series if rows is None else series.take(rows)
    if as_codes or (as_codes is None and column.kind.value in CATEGORIES):
        return Sampled(column, None, _codes(some, limited=not as_codes))
    if column.dtype == "string":
        return Sampled(column, _lengths(some), None)
    return Sampled(column, _numbers(some), None)


def _codes(series: pd.Series, *, limited: bool) -> npt.NDArray[np.intp]:
    codes, values = pd.factorize(series)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    places = np.empty(len(values) + 1, dtype=np.intp)
    places[np.argsort(-counts, kind="stable")] = np.arange(len(values))
    if limited:
        places = np.minimum(places, _MAX_LEVELS - 1)
    places[-1] = -1  # what is missing has the code -1, which is this place
    return places[codes]


def _lengths(series: pd.Series) -> npt.NDArray[np.float64]:
    texts = pa.array(series, pa.large_string(), from_pandas=True)
    lengths = pc.cast(pc.utf8_length(texts), pa.float64())
    result: npt.NDArray[np.float64] = lengths.to_numpy(zero_copy_only=False)
    return result


def _numbers(series: pd.Series) -> npt.NDArray[np.float64]:
    if series.dtype.kind == "M":
        values = series.dt.as_unit("us").to_numpy()
        moments: npt.NDArray[np.float64] = values.astype(np.int64).astype(np.float64)
        moments[np.isnat(values)] = np.nan
        return moments
    numbers: npt.NDArray[np.float64] = series.to_numpy(
        dtype=np.float64, na_value=np.nan, copy=True
    )
    numbers[np.isinf(numbers)] = np.nan
    return numbers
