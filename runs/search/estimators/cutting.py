"""How a fitted model becomes a smaller one, without another fit."""

import copy
from typing import Any


def cut_forest(estimator: Any, n_estimators: int) -> Any:  # noqa: ANN401
    """Return the forest of the first trees of a larger one.

    It is the forest a fit with that many trees would give: each tree's seed is drawn
    from the forest's generator in order, before any tree is grown, and trees know
    nothing of each other.

    Parameters
    ----------
    estimator : RandomForestClassifier or RandomForestRegressor
        Fitted; it is not changed.
    n_estimators : int
        Number of trees to keep.

    Returns
    -------
    RandomForestClassifier or RandomForestRegressor
        Fitted; its trees are shared with the given one.
    """
    shorter = copy.copy(estimator)
    shorter.n_estimators = n_estimators
    shorter.estimators_ = estimator.estimators_[:n_estimators]
    return shorter


def cut_hist_boosting(estimator: Any, max_iter: int) -> Any:  # noqa: ANN401
    """Return the boosting model of the first iterations of a longer one.

    It is the model a fit with that ``max_iter`` would give: an iteration sees the
    data and the iterations before it only, the draws of columns and of the part
    watched for early stopping are made in the same order, and early stopping looks
    back, never forward. If the longer fit stopped early, then so did every fit that
    was allowed at least as many iterations, with the same trees.

    Parameters
    ----------
    estimator : HistGradientBoostingClassifier or HistGradientBoostingRegressor
        Fitted; it is not changed.
    max_iter : int
        Number of iterations to keep at most.

    Returns
    -------
    HistGradientBoostingClassifier or HistGradientBoostingRegressor
        Fitted; its trees are shared with the given one.
    """
    shorter = copy.copy(estimator)
    shorter.max_iter = max_iter
    # scikit-learn has no public way to drop iterations; a test holds it to this one.
    # n_iter_ is the length of this list.
    shorter._predictors = estimator._predictors[:max_iter]
    # One score before the first iteration and one after each, if early stopping is on.
    shorter.train_score_ = estimator.train_score_[: max_iter + 1]
    shorter.validation_score_ = estimator.validation_score_[: max_iter + 1]
    return shorter


def cut_boosting(estimator: Any, n_estimators: int) -> Any:  # noqa: ANN401
    """Return the gradient boosting model of the first iterations of a longer one.

    Parameters
    ----------
    estimator : GradientBoostingClassifier or GradientBoostingRegressor
        Fitted without early stopping; it is not changed.
    n_estimators : int
        Number of iterations to keep.

    Returns
    -------
    GradientBoostingClassifier or GradientBoostingRegressor
        Fitted; its trees are shared with the given one.
    """
    shorter = copy.copy(estimator)
    shorter.n_estimators = shorter.n_estimators_ = n_estimators
    shorter.estimators_ = estimator.estimators_[:n_estimators]
    shorter.train_score_ = estimator.train_score_[:n_estimators]
    return shorter


def prune_tree(estimator: Any, ccp_alpha: float) -> Any:  # noqa: ANN401
    """Return a fitted tree pruned by its cost and complexity.

    Pruning comes after growing and draws nothing, so one grown tree serves every
    strength of it (Breiman et al. 1984, chapter 3).

    Parameters
    ----------
    estimator : DecisionTreeClassifier or DecisionTreeRegressor
        Fitted without pruning; it is not changed.
    ccp_alpha : float
        Strength of the pruning.

    Returns
    -------
    DecisionTreeClassifier or DecisionTreeRegressor
        Fitted.
    """
    pruned = copy.copy(estimator)
    pruned.ccp_alpha = ccp_alpha
    # As its own fit does last; it makes a new tree and leaves the grown one alone.
    pruned._prune_tree()
    return pruned
