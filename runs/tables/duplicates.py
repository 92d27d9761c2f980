"""Rows that repeat an earlier one."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from runs.tables.storage import keep_rows

# Two odd multipliers: two rows with equal sums of both are equal for all purposes.
_MIXERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_KEYS = ("0123456789123456", "6543219876543210")


def drop_duplicates(parquet: Path) -> int:
    """Leave out rows of a stored table that are equal to an earlier one.

    Parameters
    ----------
    parquet : Path
        The stored table; it is replaced when there are such rows.

    Returns
    -------
    int
        How many were left out.
    """
    is_first = first_rows(parquet)
    n_repeated = int(len(is_first) - is_first.sum())
    if n_repeated:
        keep_rows(parquet, is_first)
    return n_repeated


def first_rows(parquet: Path) -> npt.NDArray[np.bool_]:
    """Tell which rows of a stored table are the first of their kind.

    Missing values are equal to each other. Only one column is in memory at a time, and
    128 bits a row.

    Parameters
    ----------
    parquet : Path
        The stored table.

    Returns
    -------
    ndarray of bool of shape (n_rows,)
        False for rows that are equal to an earlier one in every column.
    """
    with pyarrow.parquet.ParquetFile(parquet) as file:
        n_rows = file.metadata.num_rows
        names = file.schema_arrow.names
        sums = [np.zeros(n_rows, dtype=np.uint64) for _ in _MIXERS]
        for name in names:
            series = _column(file.read(columns=[name]))
            for i, (mixer, key) in enumerate(zip(_MIXERS, _KEYS, strict=True)):
                hashed = pd.util.hash_pandas_object(series, index=False, hash_key=key)
                sums[i] = (sums[i] * mixer) ^ (hashed.to_numpy() + mixer)
                sums[i] ^= sums[i] >> np.uint64(29)
    rows = pd.DataFrame(dict(enumerate(sums)), copy=False)
    return ~rows.duplicated().to_numpy()


def _column(table: pa.Table) -> pd.Series:
    series: pd.Series = table.to_pandas().iloc[:, 0]
    return series
