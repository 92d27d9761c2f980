"""Whether probabilities mean what they say, and how to make them."""

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import StratifiedKFold

from models_app.evaluation.binning import (
    N_BINS,
    Bins,
    bins,
    equal_rows,
    equal_width,
    expected_error,
)
from models_app.evaluation.recalibration import (
    METHODS,
    Calibrator,
    fit_calibrators,
    recalibrated,
)

N_FOLDS = 5
MAX_ROWS = 50_000
MAX_CELLS = 500_000  # rows times classes that calibrators are fitted on
TOP = "the predicted class"
Floats = NDArray[np.float64]


class CalibrationCurve(NamedTuple):
    """Probabilities against what came true; errors as means over all rows."""

    label: str
    brier: float
    uniform: Bins
    quantile: Bins
    uniform_error: float  # expected calibration error
    quantile_error: float


class Calibrated(NamedTuple):
    """Probabilities of one method: the model's own, or recalibrated ones."""

    method: str
    brier: float
    log_loss: float
    curves: list[CalibrationCurve]


class Calibration(NamedTuple):
    """All methods, and what makes the recalibrated probabilities from the model's own."""

    methods: list[Calibrated]
    calibrators: dict[str, list[Calibrator]]  # method -> one for each class
    n_folds: int  # recalibrated probabilities are of rows their calibrator has not seen
    n_rows: int
    n_bins: int


def calibration(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None = None,
    n_bins: int = N_BINS,
    seed: int = 0,
) -> Calibration:
    """Compare probabilities with what came true, as they are and recalibrated.

    What is shown of a recalibration is cross-fitted: each row's probability is made by
    calibrators that were fitted on other rows. Those that are returned are fitted on all.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    labels : sequence of str
        Names of the classes in the order of their codes.
    positive : int or None, default=None
        With two classes, the position of the one to be found. None compares the
        probability of the predicted class, and that of each class.
    n_bins : int, default=10
        How many groups the rows are put into.
    seed : int, default=0
        Which rows are fitted on, and a sample where there are very many.

    Returns
    -------
    Calibration
        The model's own probabilities first. Nothing is recalibrated when a class has
        fewer than two rows.
    """
    y = np.asarray(y_true, np.int64)
    p = np.asarray(probabilities, dtype=float)
    most = min(MAX_ROWS, max(1_000, MAX_CELLS // len(labels)))
    if len(y) > most:
        rows = np.random.default_rng(seed).choice(len(y), most, replace=False)
        y, p = y[rows], p[rows]
    found = {"": p}
    calibrators: dict[str, list[Calibrator]] = {}
    smallest = int(np.bincount(y, minlength=len(labels)).min())
    n_folds = min(N_FOLDS, len(y) // 2) if smallest >= 2 else 0
    if n_folds:
        folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            # A class with fewer rows than parts is absent from some: as in any sample.
            warnings.simplefilter("ignore", UserWarning)
            splits = list(folds.split(p, y))
        for method in METHODS:
            found[method] = crossfitted(y, p, splits, method=method)
            calibrators[method] = fit_calibrators(y, p, method=method)
    methods = [
        _compared(method, y, q, labels=labels, positive=positive, n_bins=n_bins)
        for method, q in found.items()
    ]
    return Calibration(methods, calibrators, n_folds, len(y), n_bins)


def crossfitted(
    y: NDArray[np.int64],
    p: Floats,
    splits: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
    *,
    method: str,
) -> Floats:
    """Recalibrate every row by what was fitted on the rows of the other folds.

    Parameters
    ----------
    y : ndarray of int of shape (n_samples,)
        Actual classes.
    p : ndarray of shape (n_samples, n_classes)
        Predicted probabilities.
    splits : sequence of (ndarray of int, ndarray of int)
        Rows to fit on and rows to recalibrate.
    method : str
        "sigmoid" or "isotonic".

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        New probabilities.
    """
    result = np.empty_like(p)
    for fit, apply in splits:
        fitted = fit_calibrators(y[fit], p[fit], method=method)
        result[apply] = recalibrated(p[apply], fitted)
    return result


def _compared(
    method: str,
    y: NDArray[np.int64],
    p: Floats,
    *,
    labels: Sequence[str],
    positive: int | None,
    n_bins: int,
) -> Calibrated:
    if positive is not None:
        curves = [_curve(labels[positive], y == positive, p[:, positive], n_bins)]
    else:
        top = p.argmax(axis=1)
        confidence = p[np.arange(len(p)), top]
        curves = [_curve(TOP, top == y, confidence, n_bins)]
        curves += [
            _curve(label, y == code, p[:, code], n_bins)
            for code, label in enumerate(labels)
        ]
    codes = list(range(len(labels)))
    if len(labels) == 2:
        brier = brier_score_loss(y, p[:, 1], pos_label=1)
    else:
        brier = brier_score_loss(y, p / p.sum(axis=1, keepdims=True), labels=codes)
    return Calibrated(
        method=method,
        brier=float(brier),
        log_loss=float(log_loss(y, p / p.sum(axis=1, keepdims=True), labels=codes)),
        curves=curves,
    )


def _curve(
    label: str, found: NDArray[np.bool_], p: Floats, n_bins: int
) -> CalibrationCurve:
    uniform = bins(found, p, equal_width(n_bins))
    quantile = bins(found, p, equal_rows(p, n_bins))
    return CalibrationCurve(
        label=label,
        brier=float(np.mean((p - found) ** 2)),
        uniform=uniform,
        quantile=quantile,
        uniform_error=expected_error(uniform),
        quantile_error=expected_error(quantile),
    )
