"""Better probabilities from a model's own, by numbers that can be stored and written down.

Fitting needs SciPy and scikit-learn; applying needs NumPy alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

METHODS = ("sigmoid", "isotonic")
Floats = NDArray[np.float64]
# Probabilities of 0 and 1 have no logarithm of their odds.
SMALLEST = 1e-6
MAX_STEPS = 200  # of one class
MAX_STEPS_IN_ALL = 5_000


class Calibrator(NamedTuple):
    """What turns the probability of one class into a better one.

    Attributes
    ----------
    slope, intercept : float or None
        Sigmoid: of the logarithm of the odds; 1 and 0 change nothing.
    x, y : list of float
        Isotonic: old and new probabilities, joined by straight lines.
    """

    slope: float | None = None
    intercept: float | None = None
    x: list[float] = []
    y: list[float] = []


def fit_calibrators(
    y: NDArray[np.int64], probabilities: Floats, *, method: str
) -> list[Calibrator]:
    """Fit a calibrator for each class against the rest.

    Parameters
    ----------
    y : ndarray of int of shape (n_samples,)
        Actual classes.
    probabilities : ndarray of shape (n_samples, n_classes)
        Predicted probabilities.
    method : str
        "sigmoid" or "isotonic".

    Returns
    -------
    list of Calibrator
        One a class; of two classes one, for the second.

    Raises
    ------
    ValueError
        For another method.
    """
    if method not in METHODS:
        msg = f"There is no recalibration {method!r}; known are {', '.join(METHODS)}."
        raise ValueError(msg)
    n_classes = probabilities.shape[1]
    codes = [1] if n_classes == 2 else range(n_classes)
    if method == "sigmoid":
        return [_sigmoid(y == code, probabilities[:, code]) for code in codes]
    most = max(20, min(MAX_STEPS, MAX_STEPS_IN_ALL // n_classes))
    return [_isotonic(y == code, probabilities[:, code], most) for code in codes]


def log_odds(p: Floats) -> Floats:
    """Return the logarithm of the odds of probabilities, kept off 0 and 1.

    Parameters
    ----------
    p : ndarray
        Probabilities.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    inside = np.clip(p, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _sigmoid(found: NDArray[np.bool_], p: Floats) -> Calibrator:
    """Fit Platt's sigmoid to the logarithm of the odds, with his smoothed targets."""
    from scipy.optimize import minimize  # noqa: PLC0415 - applying must not need it
    from scipy.special import expit  # noqa: PLC0415

    n_found = int(found.sum())
    n_others = len(found) - n_found
    target = np.where(found, (n_found + 1) / (n_found + 2), 1 / (n_others + 2))
    z = log_odds(p)
    scale = max(1.0, float(np.abs(z).max(initial=0)))
    z = z / scale

    def loss(ab: Floats) -> tuple[float, Floats]:
        raw = ab[0] * z + ab[1]
        value = np.logaddexp(0, raw) - target * raw
        slope = expit(raw) - target
        return float(value.sum()), np.array([(slope * z).sum(), slope.sum()])

    start = np.array([scale, 0.0])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-8})
    return Calibrator(slope=float(best.x[0] / scale), intercept=float(best.x[1]))


def _isotonic(found: NDArray[np.bool_], p: Floats, most: int) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    fitted.fit(p, found.astype(float))
    x, y = fitted.X_thresholds_, fitted.y_thresholds_
    if len(x) > most:
        kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
        x, y = x[kept], y[kept]
    return Calibrator(x=[float(v) for v in x], y=[float(v) for v in y])


def recalibrated(probabilities: Floats, calibrators: Sequence[Calibrator]) -> Floats:
    """Apply calibrators.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        A model's own.
    calibrators : sequence of Calibrator
        As `fit_calibrators` returned them.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        New probabilities; those of a row sum to one.
    """
    if probabilities.shape[1] == 2:
        second = applied(calibrators[0], probabilities[:, 1])
        return np.column_stack([1 - second, second])
    found = np.column_stack(
        [applied(c, probabilities[:, i]) for i, c in enumerate(calibrators)]
    )
    total = found.sum(axis=1, keepdims=True)
    even = np.full_like(found, 1 / found.shape[1])
    return np.asarray(np.divide(found, total, out=even, where=total > 0))


def applied(calibrator: Calibrator, p: Floats) -> Floats:
    """Apply one calibrator to the probabilities of its class.

    Parameters
    ----------
    calibrator : Calibrator
        What to apply.
    p : ndarray of shape (n_samples,)
        Probabilities.

    Returns
    -------
    ndarray of shape (n_samples,)
        New probabilities, before those of a row are made to sum to one.
    """
    if calibrator.slope is None or calibrator.intercept is None:
        return np.asarray(np.interp(p, calibrator.x, calibrator.y))
    raw = calibrator.slope * log_odds(p) + calibrator.intercept
    return np.asarray(0.5 * (1 + np.tanh(0.5 * raw)))  # never overflows


def calibrators_from(stored: Sequence[Mapping[str, Any]]) -> list[Calibrator]:
    """Read calibrators from JSON.

    Parameters
    ----------
    stored : sequence of mapping
        Their fields.

    Returns
    -------
    list of Calibrator
        In the same order.
    """
    return [Calibrator(**fields) for fields in stored]
