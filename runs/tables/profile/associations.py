"""How much the columns of a table tell of each other."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from runs.tables.profile.measures import average_ranks, cramers_v, unbiased_eta
from runs.tables.profile.sampled import Sampled

# Bounds on work and memory: pairs of numbers are a product of matrices, others are not.
_MAX_NUMBERS = 3000
_MAX_CATEGORIES = 150
_MAX_SHOWN = 60
_MAX_STRONGEST = 50
# Fewer rows known in both columns say nothing.
_MIN_ROWS = 20

Floats = npt.NDArray[np.float32]
_NOTHING: Floats = np.empty((0, 0), np.float32)


class Associations:
    """Collects sampled columns and compares them all.

    Numbers and dates are compared by the correlation of their ranks (ranked once, over
    all known values of a column), categories by Cramér's V, a category and numbers by
    the correlation ratio; see `runs.tables.profile.measures`.

    Parameters
    ----------
    n_columns : int
        Columns that may come.
    n_rows : int
        Cells of each.
    """

    def __init__(self, n_columns: int, n_rows: int) -> None:
        self._names: list[str] = []
        # Places among the names of numbers and of categories.
        self._numeric: list[int] = []
        self._categorical: list[int] = []
        # Memory is taken only for what is written.
        n_numbers = min(n_columns, _MAX_NUMBERS)
        self._ranks: Floats = np.empty((n_numbers, n_rows), np.float32)
        self._values: Floats = np.empty((n_numbers, n_rows), np.float32)
        self._codes: list[npt.NDArray[np.intp]] = []
        self._left_out = 0

    def add(self, sampled: Sampled) -> None:
        """Take in a column.

        Parameters
        ----------
        sampled : Sampled
            Its cells, as many as those of the others.
        """
        if sampled.codes is not None:
            if len(self._codes) == _MAX_CATEGORIES:
                self._left_out += 1
                return
            self._categorical.append(len(self._names))
            self._codes.append(sampled.codes)
        elif sampled.numbers is not None:
            if len(self._numeric) == len(self._ranks):
                self._left_out += 1
                return
            at = len(self._numeric)
            self._ranks[at] = _standardized(average_ranks(sampled.numbers))
            self._values[at] = _standardized(sampled.numbers)
            self._numeric.append(len(self._names))
        self._names.append(sampled.column.name)

    def described(self) -> dict[str, Any]:
        """Compare what was taken in.

        Returns
        -------
        dict
            The "associations" of `runs.tables.profile`.
        """
        matrix = self._matrix()
        strength = np.nan_to_num(np.abs(matrix), nan=-1)
        np.fill_diagonal(strength, -1)
        shown = np.arange(len(self._names))
        if len(shown) > _MAX_SHOWN:
            best = strength.max(axis=1)
            shown = np.sort(np.argsort(-best, kind="stable")[:_MAX_SHOWN])
        return {
            "columns": [self._names[i] for i in shown],
            "matrix": [[_rounded(matrix[i, j]) for j in shown] for i in shown],
            "strongest": self._strongest(matrix, strength),
            "left_out": self._left_out,
        }

    def _strongest(self, matrix: Floats, strength: Floats) -> list[dict[str, Any]]:
        strength[np.tril_indices_from(strength)] = -1
        flat = strength.ravel()
        n = min(_MAX_STRONGEST, int(np.count_nonzero(flat > 0)))
        if not n:
            return []
        best = np.argpartition(-flat, n - 1)[:n]
        best = best[np.lexsort((best, -flat[best]))]
        pairs = [divmod(int(place), len(strength)) for place in best]
        return [
            {
                "a": self._names[i],
                "b": self._names[j],
                "value": _rounded(matrix[i, j]),
                "measure": self._measure(i, j),
            }
            for i, j in pairs
        ]

    def _measure(self, i: int, j: int) -> str:
        n_categories = len({i, j}.intersection(self._categorical))
        return ("spearman", "correlation_ratio", "cramers_v")[n_categories]

    def _matrix(self) -> Floats:
        n = len(self._names)
        matrix = np.full((n, n), np.nan, np.float32)
        numeric = np.array(self._numeric, int)
        if len(numeric):
            ranks, self._ranks = self._ranks[: len(numeric)], _NOTHING
            matrix[np.ix_(numeric, numeric)] = _correlations(ranks)
            del ranks
        if len(numeric) and self._codes:
            cells = _cells(self._values[: len(numeric)])
            self._values = _NOTHING
            for place, codes in zip(self._categorical, self._codes, strict=True):
                ratios = _correlation_ratios(codes, cells)
                matrix[place, numeric] = matrix[numeric, place] = ratios
        for k, (i, a) in enumerate(zip(self._categorical, self._codes, strict=True)):
            others = zip(self._categorical[:k], self._codes[:k], strict=True)
            for j, b in others:
                value = cramers_v(a, b)
                matrix[i, j] = matrix[j, i] = np.nan if value is None else value
        np.fill_diagonal(matrix, 1)
        return matrix


def _standardized(values: npt.NDArray[np.float64]) -> Floats:
    """Give values mean 0 and spread 1; all are missing where there is no spread."""
    known = values[~np.isnan(values)]
    scale = float(np.abs(known).max()) if len(known) else 0.0
    if not scale:
        return np.full(len(values), np.nan, np.float32)
    # Scaled first, because the square of a large number is infinite.
    scaled = values / scale
    scaled -= np.nanmean(scaled)
    std = float(np.sqrt(np.nanmean(np.square(scaled))))
    if std < 1e-12:
        return np.full(len(values), np.nan, np.float32)
    return (scaled / std).astype(np.float32)


def _correlations(ranks: Floats) -> Floats:
    """Correlate all pairs of rows of an array, each over what is known in both."""
    missing = np.isnan(ranks)
    n_rows = ranks.shape[1]
    if not missing.any():
        result: Floats = np.clip(ranks @ ranks.T / np.float32(n_rows), -1, 1)
        return result
    known = (~missing).astype(np.float32)
    ranks[missing] = 0
    del missing
    n = known @ known.T
    sums = ranks @ known.T
    products = ranks @ ranks.T
    ranks *= ranks
    squares = ranks @ known.T
    with np.errstate(invalid="ignore", divide="ignore"):
        products -= sums * sums.T / n
        squares -= np.square(sums) / n
        squares[squares < 1e-4 * n] = np.nan
        correlations = products / np.sqrt(squares * squares.T)
    correlations[n < min(_MIN_ROWS, n_rows)] = np.nan
    return np.clip(correlations, -1, 1)


class _Cells(NamedTuple):
    """Standardized numbers by rows, 0 where missing."""

    values: Floats
    squares: Floats
    known: Floats | None  # 1 where not missing; None if nothing is


def _cells(values: Floats) -> _Cells:
    missing = np.isnan(values)
    known = None
    if missing.any():
        known = np.ascontiguousarray((~missing).T, dtype=np.float32)
        values[missing] = 0
    by_row = np.ascontiguousarray(values.T)
    return _Cells(by_row, np.square(by_row), known)


def _correlation_ratios(codes: npt.NDArray[np.intp], cells: _Cells) -> Floats:
    """Compute the correlation ratio of a category and each of the numbers."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only profiles need it

    rows = np.flatnonzero(codes >= 0)
    n_numbers = cells.values.shape[1]
    n_levels = int(codes.max(initial=-1)) + 1
    if not n_levels:
        return np.full(n_numbers, np.nan, np.float32)
    ones = np.ones(len(rows), np.float32)
    shape = (n_levels, len(codes))
    members = csr_matrix((ones, (codes[rows], rows)), shape=shape)
    sums = (members @ cells.values).astype(np.float64)
    if cells.known is None:
        counts = np.repeat(np.bincount(codes[rows])[:, None], n_numbers, axis=1)
    else:
        counts = members @ cells.known
    n, total = counts.sum(axis=0), sums.sum(axis=0)
    squares = (codes >= 0).astype(np.float32) @ cells.squares
    with np.errstate(invalid="ignore", divide="ignore"):
        between = np.where(counts > 0, np.square(sums) / counts, 0).sum(axis=0)
        shares = (between - total**2 / n) / (squares - total**2 / n)
    groups = np.count_nonzero(counts, axis=0)
    # Without a spread the share is NaN, and so is what is made of it.
    enough = (n >= min(_MIN_ROWS, len(codes))) & np.isfinite(shares)
    ratios = [
        unbiased_eta(float(share), int(size), int(k)) if ok else None
        for share, size, k, ok in zip(shares, n, groups, enough, strict=True)
    ]
    return np.array([np.nan if r is None else r for r in ratios], np.float32)


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
