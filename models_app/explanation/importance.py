"""How much the score drops when a column is shuffled, and what estimators say themselves."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Prepared, rows_of, summed

Matrix = NDArray[np.float64]
CELLS_TOGETHER = 1 << 22
Score = Callable[[Matrix, Matrix], float]


class Permutation(NamedTuple):
    """Drops of the score, greater for columns that matter more.

    Attributes
    ----------
    score : float
        Of the rows as they are; greater is better.
    drops : ndarray of shape (n_groups, n_repeats)
        How much it falls, each time that the columns of a group are shuffled together.
    """

    score: float
    drops: Matrix


def permutation_importance(
    prepared: Prepared,
    encoded: Encoded,
    y: NDArray[Any],
    score: Score,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    n_repeats: int = 5,
    seed: int = 0,
    told: Callable[[float], None] = lambda share: None,
) -> Permutation:
    """Measure how much the score drops when columns are shuffled.

    The same numbers as ``sklearn.inspection.permutation_importance`` gives with
    ``random_state=seed``; but rows are prepared once, and a shuffled column is what it
    became, shuffled. The columns of a group move together, so that none can stand in
    for another.

    Parameters
    ----------
    prepared : Prepared
        The model.
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    y : ndarray of shape (n_samples,)
        Codes of the classes, or numbers.
    score : callable
        ``score(y, output)``, greater is better.
    groups : sequence of sequence of int, optional
        Positions of columns; by default each is a group by itself.
    n_repeats : int, default=5
        Shuffles of each group.
    seed : int, default=0
        Of the shuffles.
    told : callable, optional
        Told the share that is done.

    Returns
    -------
    Permutation
        Score and drops.

    References
    ----------
    .. [1] Breiman, L. (2001). Random forests. Machine Learning 45, 5-32.
    """
    together = [[j] for j in range(len(prepared.columns))] if groups is None else groups
    shown = prepared.output(encoded)
    plain = score(y, _as_scored(prepared, shown))
    drops = np.zeros((len(together), n_repeats))
    # As scikit-learn draws them: one seed, and the same shuffles for each column.
    own_seed = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    for g, columns in enumerate(together):
        rng = np.random.RandomState(own_seed)
        order = np.arange(len(y))
        taken = order.copy()  # each time what was shuffled is shuffled again
        if any(np.isin(part.owner, columns).any() for part in prepared.parts):
            shuffles = []
            for _ in range(n_repeats):
                rng.shuffle(order)
                taken = taken[order]
                shuffles.append(taken)
            for repeat, output in enumerate(
                _shuffled(prepared, encoded, columns, shuffles)
            ):
                drops[g, repeat] = plain - score(y, _as_scored(prepared, output))
        told((g + 1) / len(together))
    return Permutation(plain, drops)


def _shuffled(
    prepared: Prepared,
    encoded: Encoded,
    columns: Sequence[int],
    shuffles: Sequence[NDArray[np.int64]],
) -> Iterator[Matrix]:
    """Answer the rows as each shuffle of some columns makes them.

    Several shuffles are one question: a model of many trees answers more rows faster.
    """
    n_rows = len(encoded[0])
    widest = max(matrix.shape[1] for matrix in encoded)
    together = max(1, CELLS_TOGETHER // max(1, n_rows * widest))
    for start in range(0, len(shuffles), together):
        some = shuffles[start : start + together]
        mixed = rows_of(encoded, np.tile(np.arange(n_rows), len(some)))
        others = rows_of(encoded, np.concatenate(some))
        for part, matrix, other in zip(prepared.parts, mixed, others, strict=True):
            own = np.flatnonzero(np.isin(part.owner, columns))
            matrix[:, own] = other[:, own]
        yield from prepared.output(mixed).reshape(len(some), n_rows, -1)


def _as_scored(prepared: Prepared, output: Matrix) -> Matrix:
    return output if prepared.is_classifier else output[:, 0]


class BuiltIn(NamedTuple):
    """What an estimator says of its columns after its fit.

    Attributes
    ----------
    kind : str
        "gain" or "impurity", and what it means in words.
    values : ndarray of shape (n_columns,)
        Shares of the total.
    """

    kind: str
    values: Matrix


def built_in_importance(prepared: Prepared) -> BuiltIn | None:
    """Return the importance that trees have of their columns, summed to uploaded ones.

    Parameters
    ----------
    prepared : Prepared
        The model.

    Returns
    -------
    BuiltIn or None
        None of an ensemble and of estimators that have none.
    """
    if prepared.is_ensemble:
        return None
    part = prepared.parts[0]
    estimator = part.estimator
    if type(estimator).__name__ == "VotingClassifier":
        estimator = estimator.estimators_[0]
    kind, values = _own(estimator)
    if values is None:
        return None
    total = summed(values, part.owner, len(prepared.columns))
    whole = total.sum()
    return BuiltIn(kind, total / whole if whole > 0 else total)


def _own(estimator: Any) -> tuple[str, Matrix | None]:  # noqa: ANN401
    name = type(estimator).__name__
    if name.startswith("LGBM"):
        found = estimator.booster_.feature_importance("gain")
        return "gain of the splits", np.asarray(found, dtype=np.float64)
    if name.startswith("HistGradientBoosting"):
        return "gain of the splits", _hist_gain(estimator)
    if name.startswith("CatBoost"):
        found = estimator.feature_importances_
        return "change of the prediction", np.asarray(found, dtype=np.float64)
    if not hasattr(estimator, "feature_importances_"):
        return "", None
    kind = "gain of the splits" if name.startswith("XGB") else "decrease of impurity"
    values = np.asarray(estimator.feature_importances_, dtype=np.float64)
    return kind, np.nan_to_num(values)


def _hist_gain(estimator: Any) -> Matrix:  # noqa: ANN401
    from models_app.explanation.trees import order_for  # noqa: PLC0415

    order = order_for(estimator, estimator.n_features_in_)
    gains = np.zeros(len(order))
    for stage in estimator._predictors:
        for predictor in stage:
            nodes = predictor.nodes[~predictor.nodes["is_leaf"].astype(bool)]
            np.add.at(gains, order[nodes["feature_idx"]], nodes["gain"])
    return gains


class Coefficients(NamedTuple):
    """Coefficients of a linear model, for columns of mean 0 and variance 1.

    Attributes
    ----------
    names : list of str
        Encoded columns.
    owner : ndarray of int of shape (n_encoded,)
        Position of the uploaded column of each.
    values : ndarray of shape (n_outputs, n_encoded)
        Change of the output when the encoded column grows by a standard deviation.
    intercept : ndarray of shape (n_outputs,)
        Output of the mean row.
    """

    names: list[str]
    owner: NDArray[np.int64]
    values: Matrix
    intercept: Matrix


def coefficients(prepared: Prepared) -> Coefficients | None:
    """Return the coefficients of a linear model.

    Parameters
    ----------
    prepared : Prepared
        The model.

    Returns
    -------
    Coefficients or None
        None of any other model.
    """
    if prepared.is_ensemble or not hasattr(prepared.parts[0].estimator, "coef_"):
        return None
    part = prepared.parts[0]
    values = np.atleast_2d(part.estimator.coef_).astype(np.float64)
    intercept = np.atleast_1d(part.estimator.intercept_).astype(np.float64)
    names = [str(name) for name in part.preprocessor.get_feature_names_out()]
    shape = (len(values),)
    return Coefficients(names, part.owner, values, np.broadcast_to(intercept, shape))
