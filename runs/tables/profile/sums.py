"""Find columns whose weighted sum is the target, up to a few constants."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_MAX_TERMS = 8
# Rows for each coefficient, so that no fit is exact by chance.
_ROWS_A_TERM = 20
# Relative to the target's spread: what rounding of written numbers leaves.
_EXACT = 1e-6
_EXACT_SHARE = 0.99
# A plain sum that leaves one of a few constants, as fees do, gives the target away, too:
# so many, in so many of the rows.
_MAX_CONSTANTS = 10
_CONSTANT_SHARE = 0.9
# Where the target itself has hardly more values, that would say nothing.
_OWN_SHARE = 0.5
_NEARLY_ONE = 0.25

Floats = npt.NDArray[np.float64]


class Sum(NamedTuple):
    """A weighted sum of columns.

    Attributes
    ----------
    columns : list of int
        Places of the columns, ascending.
    coefficients : list of float
        Their weights.
    intercept : float
        What is added, in most rows.
    n_constants : int
        How many different intercepts nearly all rows need; 1 for an exact sum.
    """

    columns: list[int]
    coefficients: list[float]
    intercept: float
    n_constants: int


def find_sum(cells: Floats, target: Floats) -> Sum | None:
    """Find a few columns whose weighted sum is the target.

    Columns are taken by how well they fit what is left, as in orthogonal matching
    pursuit [1]_, until their sum is exact, or leaves one of a few constants when all
    weights are 1 or -1; then those that are not needed go.

    Parameters
    ----------
    cells : ndarray of shape (n_rows, n_columns)
        NaN where missing.
    target : ndarray of shape (n_rows,)
        None missing.

    Returns
    -------
    Sum or None
        None if there is no such sum of at most eight columns.

    References
    ----------
    .. [1] Pati, Y. C., Rezaiifar, R., Krishnaprasad, P. S. (1993). Orthogonal matching
       pursuit. Proceedings of the 27th Asilomar Conference, 40-44.
    """
    search = _search(cells, target)
    if search is None:
        return None
    directions = np.nan_to_num(search.cells)
    directions -= directions.mean(axis=0)
    lengths = np.linalg.norm(directions, axis=0)
    usable = lengths > 1e-9
    chosen: list[int] = []
    left = search.target
    while len(chosen) < min(_MAX_TERMS, int(usable.sum())):
        fit = np.abs(left @ directions) / np.where(usable, lengths, np.inf)
        fit[chosen] = -1
        chosen.append(int(fit.argmax()))
        left, found = search.judged(chosen)
        if found is not None:
            return _without_needless(search, found)
    return None


class _Search(NamedTuple):
    """Columns and target divided by their largest numbers."""

    cells: Floats
    scales: Floats
    target: Floats
    spread: float

    def judged(self, chosen: list[int]) -> tuple[Floats, Sum | None]:
        """Fit some columns: what is left of the target, and the sum if it is one."""
        chosen = sorted(chosen)
        X = np.column_stack([np.ones(len(self.target)), self.cells[:, chosen]])
        known = ~np.isnan(X).any(axis=1)
        left = np.zeros_like(self.target)
        if np.count_nonzero(known) < X.shape[1] * _ROWS_A_TERM:
            return left, None
        weights = np.linalg.lstsq(X[known], self.target[known], rcond=None)[0]
        left[known] = self.target[known] - X[known] @ weights
        exact = np.count_nonzero(np.abs(left[known]) <= _EXACT)
        coefficients = weights[1:] * (self.spread / self.scales[chosen])
        if exact >= _EXACT_SHARE * len(left):
            intercept = weights[0] * self.spread
            if abs(weights[0]) < _EXACT:
                intercept = 0.0
            return left, _sum(chosen, coefficients, intercept, 1)
        signs = np.sign(coefficients)
        if (np.abs(coefficients - signs) > _NEARLY_ONE).any():
            return left, None
        plain = signs * (self.scales[chosen] / self.spread)
        rest = self.target[known] - X[known, 1:] @ plain
        constants, n_constants = _few_constants(rest, len(left))
        if not n_constants:
            return left, None
        return left, _sum(chosen, signs, constants[0] * self.spread, n_constants)


def _sum(
    chosen: list[int], coefficients: Floats, intercept: float, n_constants: int
) -> Sum:
    rounded = [float(f"{c:.6g}") for c in coefficients]
    # Constants are counted in steps, which leave fewer digits.
    digits = 6 if n_constants == 1 else 4
    return Sum(chosen, rounded, float(f"{intercept:.{digits}g}"), n_constants)


def _search(cells: Floats, target: Floats) -> _Search | None:
    spread = float(np.abs(target).max(initial=0.0))
    if not 0 < spread < np.inf:
        return None
    y = target / spread
    if _few_constants(y, len(y), share=_OWN_SHARE)[1]:
        return None
    scales = np.nan_to_num(np.abs(cells)).max(axis=0, initial=0.0)
    scales[(scales == 0) | ~np.isfinite(scales)] = 1.0
    return _Search(cells / scales, scales, y, spread)


def _few_constants(
    values: Floats, n_rows: int, *, share: float = _CONSTANT_SHARE
) -> tuple[Floats, int]:
    """Return the constants most rows hold, most frequent first; none if too many."""
    steps, counts = np.unique(np.round(values / _EXACT), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MAX_CONSTANTS]
    covered = np.cumsum(counts[order])
    n_needed = int(np.searchsorted(covered, share * n_rows)) + 1
    if n_needed > len(order):
        return np.empty(0), 0
    return steps[order] * _EXACT, n_needed


def _without_needless(search: _Search, found: Sum) -> Sum:
    for column in found.columns:
        fewer = [other for other in found.columns if other != column]
        smaller = search.judged(fewer)[1] if fewer else None
        # What is exact must not become a sum up to constants.
        if smaller is not None and smaller.n_constants <= found.n_constants:
            found = smaller
    return found
