"""How large a regression model's errors are, and whether they are normally distributed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MAX_POINTS = 300  # of the Q-Q plot
TAIL_POINTS = 25  # at each end, all of which are kept


class ErrorQuantile(NamedTuple):
    """The error that a share of the rows does not exceed."""

    share: float
    absolute: float
    relative: float | None  # of the actual value; None where that makes no sense


class NormalQQ(NamedTuple):
    """Residuals in order against where a normal distribution has them."""

    theoretical: list[float]
    residual: list[float]
    slope: float  # of the line through them: the standard deviation if normal
    intercept: float
    correlation: float | None  # 1 on a straight line
    skewness: float | None
    excess_kurtosis: float | None  # 0 of the normal distribution


def error_quantiles(
    y_true: ArrayLike, y_pred: ArrayLike, *, shares: tuple[float, ...] = SHARES
) -> list[ErrorQuantile]:
    """Tell which error each share of the rows does not exceed.

    Parameters
    ----------
    y_true : array-like of float of shape (n_samples,)
        Actual values.
    y_pred : array-like of float of shape (n_samples,)
        Predicted values.
    shares : tuple of float, default=SHARES
        Shares of the rows.

    Returns
    -------
    list of ErrorQuantile
        In the order of the shares. Relative errors need actual values that are all
        above or all below zero.
    """
    actual, predicted = np.asarray(y_true, float), np.asarray(y_pred, float)
    absolute = np.abs(actual - predicted)
    quantiles = np.quantile(absolute, shares).tolist()
    if (actual > 0).all() or (actual < 0).all():
        with np.errstate(over="ignore"):  # of what is next to zero
            ratios = np.quantile(absolute / np.abs(actual), shares, method="lower")
        relative = [float(r) if np.isfinite(r) else None for r in ratios]
    else:
        relative = [None] * len(shares)
    return [
        ErrorQuantile(*found) for found in zip(shares, quantiles, relative, strict=True)
    ]


def normal_qq(
    y_true: ArrayLike, y_pred: ArrayLike, *, max_points: int = MAX_POINTS
) -> NormalQQ | None:
    """Compare the distribution of residuals with the normal one.

    Parameters
    ----------
    y_true : array-like of float of shape (n_samples,)
        Actual values.
    y_pred : array-like of float of shape (n_samples,)
        Predicted values.
    max_points : int, default=300
        How many points to keep at most; both ends are kept whole.

    Returns
    -------
    NormalQQ or None
        Actual minus predicted in rising order, with the least-squares line through all
        of them; None for fewer than three rows.
    """
    residual = np.asarray(y_true, float) - np.asarray(y_pred, float)
    if len(residual) < 3:
        return None
    (theoretical, ordered), (slope, intercept, _) = stats.probplot(residual)
    kept = _spread(theoretical, max_points)
    scale = max(1.0, float(np.abs(residual).max()))
    varies = float(np.ptp(residual)) > 1e-12 * scale
    return NormalQQ(
        theoretical=theoretical[kept].round(4).tolist(),
        residual=ordered[kept].tolist(),
        slope=float(slope),
        intercept=float(intercept),
        correlation=float(np.corrcoef(theoretical, ordered)[0, 1]) if varies else None,
        skewness=float(stats.skew(residual)) if varies else None,
        excess_kurtosis=float(stats.kurtosis(residual)) if varies else None,
    )


def _spread(theoretical: NDArray[np.float64], max_points: int) -> NDArray[np.intp]:
    n = len(theoretical)
    if n <= max_points:
        return np.arange(n)
    tail = min(TAIL_POINTS, max_points // 4)
    wanted = np.linspace(
        theoretical[tail], theoretical[n - tail - 1], max_points - 2 * tail
    )
    middle = np.searchsorted(theoretical, wanted)
    ends = [np.arange(tail), np.arange(n - tail, n)]
    return np.unique(np.concatenate([ends[0], middle, ends[1]]))
