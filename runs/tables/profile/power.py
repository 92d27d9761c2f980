"""How well a single column predicts the target.

After the predictive power score [1]_: a small decision tree sees one column, its
cross-validated score is compared with that of a guess that sees none. A category is
predicted by its rows seen so far, which is what a tree with a leaf a category would do.

References
----------
.. [1] Wetschoreck, F., Krabel, T., Krishnamurthy, S. (2020).
   8080labs/ppscore: zenodo release. Zenodo. https://doi.org/10.5281/zenodo.4091345
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from runs.tables.profile.measures import average_ranks
from runs.tables.profile.numbers import finite

_N_FOLDS = 4
_SEED = 0
_TREE = {"max_depth": 8, "min_samples_leaf": 5, "random_state": 0}
# More classes are too few rows each: the rarest are taken together.
_MAX_CLASSES = 100

Codes = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


class Power(NamedTuple):
    """A column's predictive power.

    Attributes
    ----------
    power : float or None
        0 is no better than the guess, 1 is perfect.
    score, baseline : float or None
        Of the column and the guess: weighted F1, or the mean absolute error.
    """

    power: float | None
    score: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be predicted, with the folds to do so.

    Attributes
    ----------
    codes : ndarray of int of shape (n_rows,) or None
        Classes.
    numbers : ndarray of float64 of shape (n_rows,) or None
        Values; their largest is at most 1.
    scale : float
        What ``numbers`` were divided by.
    folds : ndarray of int of shape (n_rows,)
        The fold each row is predicted in.
    """

    codes: Codes | None
    numbers: Floats | None
    scale: float
    folds: Codes


def target_of(codes: Codes | None, numbers: Floats | None) -> Target:
    """Prepare a target.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,) or None
        Classes from 0, by frequency, for a class target.
    numbers : ndarray of float64 of shape (n_rows,) or None
        Values for a target of numbers, none missing.

    Returns
    -------
    Target
        With folds drawn at random, always the same ones; those of a class target have
        its classes evenly.
    """
    n_rows = len(codes) if codes is not None else len(numbers if numbers is not None else ())  # fmt: skip
    order = np.random.default_rng(_SEED).permutation(n_rows)
    if codes is not None:
        codes = np.minimum(codes, _MAX_CLASSES - 1)
        order = order[np.argsort(codes[order], kind="stable")]
    folds = np.empty(n_rows, dtype=np.intp)
    folds[order] = np.arange(n_rows) % _N_FOLDS
    scale = 1.0
    if numbers is not None:
        scale = float(np.abs(numbers).max(initial=0.0)) or 1.0
        numbers = numbers / scale
    return Target(codes, numbers, scale, folds)


def power_of_numbers(target: Target, columns: Floats) -> Power:
    """Measure how well a tree predicts the target from numbers.

    Parameters
    ----------
    target : Target
        What is to be predicted.
    columns : ndarray of float64 of shape (n_rows, n_columns)
        What it is predicted from, NaN where missing.

    Returns
    -------
    Power
        What came of it.
    """
    from sklearn.tree import (  # noqa: PLC0415 - reading a table must not wait for it
        DecisionTreeClassifier,
        DecisionTreeRegressor,
    )

    # A tree sees only the order; ranks fit its single precision, values may not.
    ranks = np.column_stack([average_ranks(column) for column in columns.T])
    known = ~np.isnan(ranks).all(axis=0)
    X = ranks[:, known].astype(np.float32)
    y = target.numbers if target.codes is None else target.codes
    assert y is not None
    if not X.shape[1] or _is_too_small(target):
        return _nothing()
    kind = DecisionTreeRegressor if target.codes is None else DecisionTreeClassifier
    predicted = np.empty(len(y), dtype=y.dtype)
    for fold in range(_N_FOLDS):
        test = target.folds == fold
        predicted[test] = kind(**_TREE).fit(X[~test], y[~test]).predict(X[test])
    return _judged(target, predicted)


def power_of_codes(target: Target, codes: Codes) -> Power:
    """Measure how well the target is predicted from a category.

    Parameters
    ----------
    target : Target
        What is to be predicted.
    codes : ndarray of int of shape (n_rows,)
        Codes from 0, negative where missing, which is a category of its own.

    Returns
    -------
    Power
        What came of it.
    """
    levels = codes + 1
    n_levels = int(levels.max(initial=0)) + 1
    if _is_too_small(target):
        return _nothing()
    parts = []
    for fold in range(_N_FOLDS):
        test = target.folds == fold
        parts.append((test, _told_by_levels(target, levels, n_levels, test)))
    predicted = np.empty(len(codes), dtype=parts[0][1].dtype)
    for test, values in parts:
        predicted[test] = values
    return _judged(target, predicted)


def _is_too_small(target: Target) -> bool:
    """Tell whether folds would have next to no rows, or classes none in most folds."""
    n_rows = len(target.folds)
    n_classes = 1 if target.codes is None else len(np.unique(target.codes))
    return n_rows < 2 * _N_FOLDS or n_rows < _N_FOLDS * n_classes


def _told_by_levels(
    target: Target, levels: Codes, n_levels: int, test: npt.NDArray[np.bool_]
) -> npt.NDArray[Any]:
    """Predict a level's most frequent class or mean; for a new one, that of all."""
    seen = levels[~test]
    counts = np.bincount(seen, minlength=n_levels)
    if target.codes is not None:
        y = target.codes[~test]
        n_classes = int(target.codes.max()) + 1
        table = np.bincount(seen * n_classes + y, minlength=n_levels * n_classes)
        best = table.reshape(n_levels, n_classes).argmax(axis=1)
        best[counts == 0] = np.bincount(y).argmax()
        return np.asarray(best[levels[test]])
    assert target.numbers is not None
    numbers = target.numbers[~test]
    means = np.bincount(seen, numbers, minlength=n_levels) / np.maximum(counts, 1)
    means[counts == 0] = numbers.mean()
    return np.asarray(means[levels[test]])


def _judged(target: Target, predicted: npt.NDArray[Any]) -> Power:
    if target.codes is not None:
        score = _weighted_f1(target.codes, predicted)
        shares = np.bincount(target.codes) / len(target.codes)
        # The better of always guessing the most frequent class and guessing by shares.
        most = float(shares.max())
        baseline = max(2 * most**2 / (1 + most), float(np.square(shares).sum()))
        gained, possible = score - baseline, 1 - baseline
        scale = 1.0
    else:
        y = target.numbers
        assert y is not None
        score = float(np.abs(y - predicted).mean())
        baseline = float(np.abs(y - np.median(y)).mean())
        gained, possible, scale = baseline - score, baseline, target.scale
    if possible <= 0:
        return _nothing()
    power = min(1.0, max(0.0, gained / possible))
    return Power(power, finite(score * scale), finite(baseline * scale))


def _weighted_f1(y: Codes, predicted: Codes) -> float:
    n_classes = int(max(y.max(), predicted.max())) + 1
    true = np.bincount(y[y == predicted], minlength=n_classes)
    support = np.bincount(y, minlength=n_classes)
    both = support + np.bincount(predicted, minlength=n_classes)
    f1 = np.where(both > 0, 2 * true / np.maximum(both, 1), 0.0)
    return float(f1 @ support / len(y))


def _nothing() -> Power:
    return Power(None, None, None)
