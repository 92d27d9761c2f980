"""Trees of any library as plain arrays, for the sums that run over all their nodes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[Any]

_ONE_TREE = ("DecisionTreeClassifier", "DecisionTreeRegressor")
_FORESTS = (
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
)
_BOOSTING = ("GradientBoostingClassifier", "GradientBoostingRegressor")
_HIST = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
WORDS = 8  # of 32 bits: a category's code is below 256


class Trees(NamedTuple):
    """All trees of a model, one behind the other.

    Attributes
    ----------
    roots : ndarray of int of shape (n_trees,)
        Where each begins.
    feature : ndarray of int of shape (n_nodes,)
        Encoded column that a node divides by; -1 for a leaf.
    threshold : ndarray of shape (n_nodes,)
        A number goes left if it is not greater.
    left, right : ndarray of int of shape (n_nodes,)
        Children.
    missing_left : ndarray of bool of shape (n_nodes,)
        Where a missing value goes.
    bits : ndarray of int of shape (n_nodes,)
        Row of `bitsets` of a node that divides categories; -1 for numbers.
    bitsets : ndarray of uint32 of shape (n_bitsets, 16)
        Codes that go left, then codes that are known: others go as missing ones do.
    cover : ndarray of shape (n_nodes,)
        Training rows, by their weight.
    value : ndarray of shape (n_nodes, n_values)
        What a leaf adds to the output.
    output : ndarray of int of shape (n_trees,)
        The output that a tree's single value belongs to; -1 if it has one for each.
    base : ndarray of shape (n_outputs,)
        What is there before the first tree.
    space : str
        "probability", "log-odds" or "value": what the output is.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    bits: NDArray[np.int32]
    bitsets: NDArray[np.uint32]
    cover: NDArray[np.float64]
    value: NDArray[np.float64]
    output: NDArray[np.int32]
    base: NDArray[np.float64]
    space: str


class Tree(NamedTuple):
    """One tree, as `Trees` has all; numbers of nodes begin at its root."""

    feature: Matrix
    threshold: Matrix
    left: Matrix
    right: Matrix
    missing_left: Matrix
    bits: Matrix
    bitsets: Matrix
    cover: Matrix
    value: Matrix
    output: int


def trees_of(estimator: Any) -> Trees | None:  # noqa: ANN401
    """Return the trees of an estimator of scikit-learn or LightGBM.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    Trees or None
        None of an estimator without trees, or with some that are not known. Of two classes there
        is one output, of the second class.
    """
    name = type(estimator).__name__
    if name in _ONE_TREE:
        return _forest([estimator])
    if name in _FORESTS:
        return _forest(estimator.estimators_)
    if name in _BOOSTING:
        return _boosting(estimator)
    if name in _HIST:
        return _hist(estimator)
    if name.startswith("LGBM"):
        from models_app.explanation.lightgbm_trees import (  # noqa: PLC0415 - it needs this
            trees_of_lightgbm,
        )

        return trees_of_lightgbm(estimator)
    return None


def rows_for(estimator: Any, matrix: Matrix) -> Matrix:  # noqa: ANN401
    """Return prepared rows as the trees of an estimator see them.

    Parameters
    ----------
    estimator : estimator
        Fitted, one of those `trees_of` knows.
    matrix : ndarray of shape (n_samples, n_encoded)
        Prepared rows.

    Returns
    -------
    ndarray of shape (n_samples, n_encoded)
        Double precision, after the rounding of the estimator.
    """
    if type(estimator).__name__ in _HIST:
        return np.ascontiguousarray(
            estimator._preprocess_X(matrix, reset=False), dtype=np.float64
        )
    if type(estimator).__name__.startswith("LGBM"):
        return np.ascontiguousarray(matrix, dtype=np.float64)
    return np.ascontiguousarray(matrix, dtype=np.float32).astype(np.float64)


def order_for(estimator: Any, n_encoded: int) -> NDArray[np.int64]:  # noqa: ANN401
    """Return which prepared column each column of `rows_for` is.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    n_encoded : int
        Number of prepared columns.

    Returns
    -------
    ndarray of int of shape (n_encoded,)
        Positions: histogram boosting puts its categories first.
    """
    order = np.arange(n_encoded)
    if type(estimator).__name__ not in _HIST or estimator._preprocessor is None:
        return order
    listed = np.asarray(estimator.categorical_features)
    categorical = np.isin(
        order, np.flatnonzero(listed) if listed.dtype == bool else listed
    )
    return np.concatenate([order[categorical], order[~categorical]])


def _forest(members: list[Any]) -> Trees:
    is_classifier = hasattr(members[0], "predict_proba")
    n_classes = int(members[0].n_classes_) if is_classifier else 1
    found = []
    for member in members:
        value = member.tree_.value[:, 0, :n_classes]
        if n_classes == 2:
            value = value[:, 1:]
        found.append(_sklearn(member.tree_, value / len(members), -1))
    n_outputs = 1 if n_classes == 2 else n_classes
    space = "probability" if is_classifier else "value"
    return joined(found, np.zeros(n_outputs), space)


def _boosting(estimator: Any) -> Trees:  # noqa: ANN401
    n_outputs = estimator.estimators_.shape[1]
    found = [
        _sklearn(tree.tree_, tree.tree_.value[:, 0, :] * estimator.learning_rate, k)
        for stage in estimator.estimators_
        for k, tree in enumerate(stage)
    ]
    # Before the first tree every row has the same value.
    nothing = np.zeros((1, estimator.n_features_in_), dtype=np.float32)
    base = np.asarray(estimator._raw_predict_init(nothing), dtype=np.float64).reshape(
        -1
    )
    is_classifier = hasattr(estimator, "predict_proba")
    return joined(found, base[:n_outputs], "log-odds" if is_classifier else "value")


def _sklearn(tree: Any, value: Matrix, output: int) -> Tree:  # noqa: ANN401
    n = tree.node_count
    return Tree(
        feature=np.where(tree.children_left < 0, -1, tree.feature),
        threshold=tree.threshold,
        left=tree.children_left,
        right=tree.children_right,
        missing_left=tree.missing_go_to_left.astype(bool),
        bits=np.full(n, -1),
        bitsets=np.zeros((0, 2 * WORDS), np.uint32),
        cover=tree.weighted_n_node_samples,
        value=np.asarray(value, dtype=np.float64),
        output=output,
    )


def _hist(estimator: Any) -> Trees:  # noqa: ANN401
    mapper = estimator._bin_mapper
    known, at = mapper.make_known_categories_bitsets()
    found = []
    for stage in estimator._predictors:
        for k, predictor in enumerate(stage):
            nodes, lefts = predictor.nodes, predictor.raw_left_cat_bitsets
            categorical = nodes["is_categorical"].astype(bool)
            features = nodes["feature_idx"].astype(np.int64)
            bitsets = np.zeros((len(lefts), 2 * WORDS), np.uint32)
            bitsets[:, :WORDS] = lefts
            for node in np.flatnonzero(categorical):
                row = nodes["bitset_idx"][node]
                bitsets[row, WORDS:] = known[at[features[node]]]
            found.append(
                Tree(
                    feature=np.where(nodes["is_leaf"].astype(bool), -1, features),
                    threshold=nodes["num_threshold"],
                    left=nodes["left"].astype(np.int64),
                    right=nodes["right"].astype(np.int64),
                    missing_left=nodes["missing_go_to_left"].astype(bool),
                    bits=np.where(
                        categorical, nodes["bitset_idx"].astype(np.int64), -1
                    ),
                    bitsets=bitsets,
                    cover=nodes["count"].astype(np.float64),
                    value=nodes["value"].reshape(-1, 1).astype(np.float64),
                    output=k,
                )
            )
    base = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    is_classifier = hasattr(estimator, "predict_proba")
    return joined(found, base, "log-odds" if is_classifier else "value")


def joined(found: list[Tree], base: Matrix, space: str) -> Trees:
    """Put trees one behind the other.

    Parameters
    ----------
    found : list of Tree
        At least one.
    base : ndarray of shape (n_outputs,)
        What is there before the first tree.
    space : str
        What the output is.

    Returns
    -------
    Trees
        All of them.
    """
    sizes = [len(tree.feature) for tree in found]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    n_bits = [len(tree.bitsets) for tree in found]
    bit_starts = np.concatenate([[0], np.cumsum(n_bits)[:-1]]).astype(np.int64)

    def _together(name: str, dtype: Any) -> Matrix:  # noqa: ANN401
        parts = [getattr(tree, name) for tree in found]
        return np.ascontiguousarray(np.concatenate(parts), dtype=dtype)

    def _moved(name: str, by: Matrix) -> Matrix:
        parts = [
            np.where(getattr(tree, name) >= 0, getattr(tree, name) + start, -1)
            for tree, start in zip(found, by, strict=True)
        ]
        return np.ascontiguousarray(np.concatenate(parts), dtype=np.int32)

    # A number of the nodes of a leaf may be anything; the children are not looked at.
    return Trees(
        roots=starts.astype(np.int32),
        feature=_together("feature", np.int32),
        threshold=_together("threshold", np.float64),
        left=_moved("left", starts),
        right=_moved("right", starts),
        missing_left=_together("missing_left", np.bool_),
        bits=_moved("bits", bit_starts),
        bitsets=_together("bitsets", np.uint32),
        cover=_together("cover", np.float64),
        value=_together("value", np.float64),
        output=np.asarray([tree.output for tree in found], dtype=np.int32),
        base=np.asarray(base, dtype=np.float64),
        space=space,
    )
