"""Read a stored table by columns, so that only a few of them are in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet

# Cells that are loaded together: 16 MB of numbers.
_CELLS_TOGETHER = 1 << 21
_SEED = 0

Rows = npt.NDArray[np.intp]


def count_rows(path: Path) -> int:
    """Count the rows of a stored table.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int
        How many there are.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def read_series(path: Path, names: Sequence[str]) -> Iterator[tuple[pd.Series, int]]:
    """Yield columns one after the other.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        The columns wanted, in order.

    Yields
    ------
    (Series, int)
        A column with an index of its own, and the bytes it takes in memory.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        together = max(1, _CELLS_TOGETHER // max(1, file.metadata.num_rows))
        for start in range(0, len(names), together):
            part = file.read(columns=list(names[start : start + together]))
            for name in names[start : start + together]:
                column = part[name]
                yield column.to_pandas(), int(column.nbytes)


def draw_rows(n_rows: int, n_wanted: int) -> Rows | None:
    """Draw rows at random, always the same ones.

    Parameters
    ----------
    n_rows : int
        Rows of the table.
    n_wanted : int
        Rows to draw at most.

    Returns
    -------
    ndarray of int of shape (n_wanted,) or None
        Ascending positions; None if all rows are few enough.
    """
    if n_rows <= n_wanted:
        return None
    drawn = np.random.default_rng(_SEED).choice(n_rows, n_wanted, replace=False)
    return np.sort(drawn)
