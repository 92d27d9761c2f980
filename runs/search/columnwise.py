"""Arrays on disk that are written column by column."""

import shutil
import struct
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_HEADER_BYTES = 256
_ROWS_TOGETHER = 1 << 14


class MixedTypesError(Exception):
    """Some columns became single, and some double precision numbers."""


class ColumnFile:
    """A NumPy file of a matrix whose columns come a few at a time.

    Some columns may belong behind all others; they wait in a file of their own.

    Parameters
    ----------
    path : Path
        The file, complete when it has been closed.
    n_rows : int
        Rows of the matrix.
    order : {"C", "F"}, default="F"
        Whether the file is to hold row after row, or column after column.
    """

    def __init__(self, path: Path, n_rows: int, order: Literal["C", "F"] = "F") -> None:
        self._path, self._order = path, order
        self._n_rows = n_rows
        self._n_columns = 0
        self._dtype: np.dtype[Any] | None = None
        self._file = path.open("wb")
        # The number of columns is not known yet.
        self._file.write(bytes(_HEADER_BYTES))
        self._last = path.with_suffix(".last")
        self._last_file = self._last.open("w+b")

    def add(self, matrix: NDArray[Any], *, n_last: int = 0) -> None:
        """Write the next columns.

        Parameters
        ----------
        matrix : ndarray of shape (n_rows, n_some_columns)
            All rows of them.
        n_last : int, default=0
            How many of the last ones belong behind all that are still to come.

        Raises
        ------
        MixedTypesError
            If the columns are of another type than those before.
        """
        if self._dtype not in (None, matrix.dtype):
            raise MixedTypesError(f"{matrix.dtype} after {self._dtype}")
        self._dtype = matrix.dtype
        first = matrix.shape[1] - n_last
        for column in range(matrix.shape[1]):
            file = self._file if column < first else self._last_file
            file.write(np.ascontiguousarray(matrix[:, column]).data)
        self._n_columns += matrix.shape[1]

    def close(self) -> None:
        """Complete the file."""
        with self._file as file, self._last_file as last:
            last.seek(0)
            shutil.copyfileobj(last, file, 1 << 20)
            file.seek(0)
            file.write(self._header("F"))
        self._last.unlink()
        if self._order == "C":
            self._turn()

    def _turn(self) -> None:
        """Write row after row, some thousand of them at a time."""
        turned = self._path.with_suffix(".turned")
        with turned.open("wb") as file:
            file.write(self._header("C"))
            for start in range(0, self._n_rows, _ROWS_TOGETHER):
                # Mapped anew each time: what has been read counts no longer.
                columns = np.load(self._path, mmap_mode="r")
                rows = columns[start : start + _ROWS_TOGETHER]
                file.write(np.ascontiguousarray(rows).data)
        turned.replace(self._path)

    def _header(self, order: str) -> bytes:
        # As `numpy.lib.format` writes it, but of a length known beforehand.
        about = {
            "descr": np.lib.format.dtype_to_descr(self._dtype or np.dtype(float)),
            "fortran_order": order == "F",
            "shape": (self._n_rows, self._n_columns),
        }
        start = np.lib.format.magic(1, 0)
        n_bytes = _HEADER_BYTES - len(start) - 2
        text = repr(about).encode("latin1").ljust(n_bytes - 1) + b"\n"
        return start + struct.pack("<H", n_bytes) + text
