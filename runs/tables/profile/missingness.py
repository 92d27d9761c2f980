"""Where a table has no values, and which columns lack them together."""

from typing import Any

import numpy as np
import numpy.typing as npt

from runs.tables.profile.hashing import Hashes
from runs.tables.profile.numbers import finite
from runs.tables.profile.stored import Rows

_MAX_PATTERNS = 20
_MAX_BLOCKS = 60
_MAX_SHOWN = 60
_MAX_CORRELATED = 30
_SEED = 1

Mask = npt.NDArray[np.bool_]


class Missingness:
    """Collects, column by column, which cells are missing.

    Parameters
    ----------
    n_rows : int
        Rows of the table.
    rows : ndarray of int of shape (n_some_rows,) or None
        The rows that may be looked at together; all if None.
    """

    def __init__(self, n_rows: int, rows: Rows | None) -> None:
        self._rows = rows
        self._n_rows = n_rows
        n_blocks = min(n_rows, _MAX_BLOCKS)
        self._starts = np.array([n_rows * i // n_blocks for i in range(n_blocks)], int)
        self._names: list[str] = []
        self._counts: list[int] = []
        self._shares: list[npt.NDArray[np.float64]] = []
        self._bits: list[npt.NDArray[np.uint8]] = []
        self._random = np.random.default_rng(_SEED)
        self._hashes = np.zeros(n_rows, np.uint64)

    def add(self, name: str, mask: Mask) -> None:
        """Take in a column.

        Parameters
        ----------
        name : str
            Its name.
        mask : ndarray of bool of shape (n_rows,)
            Where it is missing.
        """
        n_missing = int(np.count_nonzero(mask))
        if not n_missing:
            return
        self._names.append(name)
        self._counts.append(n_missing)
        # A row's pattern is the sum of random numbers, one for each missing column.
        salt = self._random.integers(1, 2**64 - 1, dtype=np.uint64)
        self._hashes[mask] += salt
        sums = np.add.reduceat(mask, self._starts, dtype=np.int64)
        sizes = np.diff(self._starts, append=self._n_rows)
        self._shares.append(sums / sizes)
        self._bits.append(np.packbits(mask if self._rows is None else mask[self._rows]))

    def described(self) -> dict[str, Any]:
        """Describe what was taken in.

        Returns
        -------
        dict
            The "missingness" of `runs.tables.profile`.
        """
        by_column = sorted(
            zip(self._names, self._counts, strict=True), key=lambda item: -item[1]
        )
        patterns, others = self._patterns()
        shown = self._most_missing(_MAX_SHOWN)
        return {
            "by_column": [list(item) for item in by_column],
            "patterns": patterns,
            "other_rows": others,
            "blocks": {
                "columns": [self._names[i] for i in shown],
                "starts": self._starts.tolist(),
                "shares": [np.round(self._shares[i], 4).tolist() for i in shown],
            },
            "correlation": self._correlation(),
        }

    def _most_missing(self, n: int, *, partly: bool = False) -> list[int]:
        """Return columns with most missing cells, in the table's order."""
        candidates = [
            i
            for i, count in enumerate(self._counts)
            if not partly or count < self._n_rows
        ]
        candidates.sort(key=lambda i: -self._counts[i])
        return sorted(candidates[:n])

    def _patterns(self) -> tuple[list[dict[str, Any]], int]:
        if not self._names:
            return [{"columns": [], "n_rows": self._n_rows}], 0
        some = self._hashes if self._rows is None else self._hashes[self._rows]
        places = _first_places(some)
        patterns: list[dict[str, Any]] = []
        left = self._n_rows
        values, counts = np.unique(self._hashes, return_counts=True)
        for at in np.argsort(-counts, kind="stable"):
            if len(patterns) == _MAX_PATTERNS:
                break
            # What is not among the rows looked at is rare.
            if (place := places.get(int(values[at]))) is None:
                continue
            byte, bit = place >> 3, 7 - (place & 7)
            columns = [
                name
                for name, bits in zip(self._names, self._bits, strict=True)
                if bits[byte] >> bit & 1
            ]
            patterns.append({"columns": columns, "n_rows": int(counts[at])})
            left -= int(counts[at])
        return patterns, left

    def _correlation(self) -> dict[str, Any]:
        chosen = self._most_missing(_MAX_CORRELATED, partly=True)
        if not chosen:
            return {"columns": [], "matrix": []}
        n = self._n_rows if self._rows is None else len(self._rows)
        masks = np.stack([np.unpackbits(self._bits[i], count=n) for i in chosen])
        with np.errstate(invalid="ignore", divide="ignore"):
            matrix = np.atleast_2d(np.corrcoef(masks.astype(np.float32)))
        return {
            "columns": [self._names[i] for i in chosen],
            "matrix": [
                [finite(np.round(np.clip(r, -1, 1), 4)) for r in row] for row in matrix
            ],
        }


def _first_places(hashes: Hashes) -> dict[int, int]:
    values, places = np.unique(hashes, return_index=True)
    return dict(zip(values.tolist(), places.tolist(), strict=True))
