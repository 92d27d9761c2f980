"""How much one column tells of another, as one number."""

import math

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def average_ranks(values: Numbers) -> Numbers:
    """Rank numbers from 1; equal ones share the mean of their ranks.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        NaN where missing.

    Returns
    -------
    ndarray of shape (n_rows,)
        NaN where missing.
    """
    ranks = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    if not len(order):
        return ranks
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(starts, append=len(order))
    ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return ranks


def spearman(a: Numbers, b: Numbers) -> float | None:
    """Correlate the ranks of two columns of numbers.

    Parameters
    ----------
    a, b : ndarray of shape (n_rows,)
        NaN where missing.

    Returns
    -------
    float or None
        From -1 to 1, of the rows where both are known; None without a spread.

    References
    ----------
    .. [1] Spearman, C. (1904). The proof and measurement of association between two
       things. American Journal of Psychology 15, 72-101.
    """
    known = ~(np.isnan(a) | np.isnan(b))
    x, y = average_ranks(a[known]), average_ranks(b[known])
    if len(x) < 2:
        return None
    x -= x.mean()
    y -= y.mean()
    spread = math.sqrt(float(x @ x) * float(y @ y))
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 0 else None


def cramers_v(a: Codes, b: Codes) -> float | None:
    """Measure the association of two categories, corrected for bias.

    Parameters
    ----------
    a, b : ndarray of int of shape (n_rows,)
        Codes from 0, negative where missing.

    Returns
    -------
    float or None
        From 0 to 1, of the rows where both are known; None if one has but one value.

    References
    ----------
    .. [1] Bergsma, W. (2013). A bias-correction for Cramer's V and Tschuprow's T.
       Journal of the Korean Statistical Society 42, 323-328.
    """
    known = (a >= 0) & (b >= 0)
    a, b = a[known], b[known]
    n = len(a)
    if n < 2:
        return None
    n_a, n_b = int(a.max()) + 1, int(b.max()) + 1
    table = np.bincount(a * n_b + b, minlength=n_a * n_b).reshape(n_a, n_b)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    table = table[rows > 0][:, columns > 0]
    r, k = table.shape
    if min(r, k) < 2:
        return None
    expected = np.outer(rows[rows > 0], columns[columns > 0]) / n
    phi2 = float((np.square(table - expected) / expected).sum()) / n
    phi2 = max(0.0, phi2 - (r - 1) * (k - 1) / (n - 1))
    corrected = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    # With as many values as rows nothing can be said: every table looks like this.
    return min(1.0, math.sqrt(phi2 / corrected)) if corrected > 1e-9 else None


def correlation_ratio(codes: Codes, values: Numbers) -> float | None:
    """Measure how far numbers are told by the category they are in.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,)
        Codes from 0, negative where missing.
    values : ndarray of shape (n_rows,)
        NaN where missing.

    Returns
    -------
    float or None
        Eta, from 0 to 1: the root of the share of the variance that is between the
        categories, corrected for their number; None without a spread.

    References
    ----------
    .. [1] Kelley, T. L. (1935). An unbiased correlation ratio measure. Proceedings of
       the National Academy of Sciences 21, 554-559.
    """
    known = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[known], values[known]
    if len(values) < 2:
        return None
    # Scaled first, because the sum of large numbers is infinite.
    values = values / (float(np.abs(values).max()) or 1.0)
    values -= values.mean()
    total = float(values @ values)
    if total <= 1e-24 * len(values):  # what rounding leaves of equal values
        return None
    sums = np.bincount(codes, values)
    counts = np.bincount(codes)
    used = counts > 0
    between = float((np.square(sums[used]) / counts[used]).sum())
    return unbiased_eta(between / total, len(values), int(used.sum()))


def unbiased_eta(share: float, n_rows: int, n_groups: int) -> float | None:
    """Correct the share of the variance between groups for their number.

    Parameters
    ----------
    share : float
        The share found, from 0 to 1.
    n_rows : int
        Rows it was found in.
    n_groups : int
        Groups with at least one row.

    Returns
    -------
    float or None
        The root of Kelley's epsilon squared, not less than 0; None for a single group
        or as many groups as rows.
    """
    if n_groups < 2 or n_rows <= n_groups:
        return None
    left = (1 - share) * (n_rows - 1) / (n_rows - n_groups)
    return math.sqrt(min(1.0, max(0.0, 1 - left)))
