"""The rows of a search, in memory or wherever they are read from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = NDArray[np.intp]

# Cells that are prepared together; more than these are prepared by columns.
_CELLS_TOGETHER = 1 << 22
# Of these so many at once: each takes some forty bytes on its way.
_CELLS_AT_ONCE = 1 << 20


class Source(Protocol):
    """Rows of which some columns can be had."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of all columns."""

    def read(self, columns: Sequence[str], rows: Rows) -> pd.DataFrame:
        """Return some columns of some rows.

        Parameters
        ----------
        columns : sequence of str
            Their names.
        rows : ndarray of int
            Their positions.

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            In the order given.
        """


class FrameRows:
    """Rows that are in memory.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_features)
        All of them.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.columns = list(frame.columns)

    def read(self, columns: Sequence[str], rows: Rows) -> pd.DataFrame:
        """Return some columns of some rows.

        Parameters
        ----------
        columns : sequence of str
            Their names.
        rows : ndarray of int
            Their positions.

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            In the order given.
        """
        return self.frame[list(columns)].iloc[rows]


@dataclass(frozen=True)
class StoredRows:
    """Rows that are read from a file whenever they are asked for.

    Attributes
    ----------
    columns : sequence of str
        Names of all columns.
    load : callable
        ``load(columns, rows)`` returns a frame.
    at : ndarray of int of shape (n_samples,)
        Where, for ``load``, the rows are.
    """

    columns: Sequence[str]
    load: Callable[[Sequence[str], Rows], pd.DataFrame]
    at: Rows

    def read(self, columns: Sequence[str], rows: Rows) -> pd.DataFrame:
        """Return some columns of some rows.

        Parameters
        ----------
        columns : sequence of str
            Their names.
        rows : ndarray of int
            Their positions.

        Returns
        -------
        DataFrame of shape (n_rows, n_columns)
            In the order given.
        """
        return self.load(columns, self.at[rows])


def by_columns(columns: Sequence[str], n_rows: int) -> Iterator[list[str]]:
    """Divide the columns of a table so that few cells are looked at together.

    Parameters
    ----------
    columns : sequence of str
        Names of the columns.
    n_rows : int
        Number of rows.

    Yields
    ------
    list of str
        The next columns; all at once of a table that is not large.
    """
    together = max(1, len(columns))
    if len(columns) * n_rows > _CELLS_TOGETHER:
        together = max(1, _CELLS_AT_ONCE // n_rows)
    for start in range(0, len(columns), together):
        yield list(columns[start : start + together])
