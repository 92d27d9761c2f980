"""The estimators behind the registry, and how a fitted one is cut shorter."""

import copy
from typing import Any

from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from runs.search.problem import TaskType

Params = dict[str, Any]


def logistic_regression(
    task: TaskType, params: Params, random_state: int, n_threads: int = 1
) -> LogisticRegression:
    """Make a logistic regression.

    Parameters
    ----------
    task : TaskType
        Binary or multiclass.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of the stochastic solvers.
    n_threads : int, default=1
        Not used: the work is done by the linear algebra library.

    Returns
    -------
    LogisticRegression
        Unfitted.
    """
    # scikit-learn's 100 iterations end some fits before they have converged.
    return LogisticRegression(
        **{"max_iter": 1000, **params, "random_state": random_state}
    )


def ridge(
    task: TaskType, params: Params, random_state: int, n_threads: int = 1
) -> Ridge:
    """Make a ridge regression.

    Parameters
    ----------
    task : TaskType
        Regression.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of the stochastic solvers.
    n_threads : int, default=1
        Not used: the work is done by the linear algebra library.

    Returns
    -------
    Ridge
        Unfitted.
    """
    return Ridge(**params, random_state=random_state)


def random_forest(
    task: TaskType, params: Params, random_state: int, n_threads: int = 1
) -> RandomForestClassifier | RandomForestRegressor:
    """Make a random forest.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of rows and columns drawn.
    n_threads : int, default=1
        Trees grown at a time.

    Returns
    -------
    RandomForestClassifier or RandomForestRegressor
        Unfitted.
    """
    kind = RandomForestClassifier if task.is_classification else RandomForestRegressor
    return kind(**params, random_state=random_state, n_jobs=n_threads)


def hist_gradient_boosting(
    task: TaskType, params: Params, random_state: int, n_threads: int = 1
) -> HistGradientBoostingClassifier | HistGradientBoostingRegressor:
    """Make a histogram gradient boosting model.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of columns drawn and of the part watched for early stopping.
    n_threads : int, default=1
        Not used: the number of OpenMP threads is set around the fit.

    Returns
    -------
    HistGradientBoostingClassifier or HistGradientBoostingRegressor
        Unfitted.
    """
    kind = (
        HistGradientBoostingClassifier
        if task.is_classification
        else HistGradientBoostingRegressor
    )
    return kind(**params, random_state=random_state)


def decision_tree(
    task: TaskType, params: Params, random_state: int, n_threads: int = 1
) -> DecisionTreeClassifier | DecisionTreeRegressor:
    """Make a decision tree.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed that breaks ties between equally good splits.
    n_threads : int, default=1
        Not used: one tree is grown by one thread.

    Returns
    -------
    DecisionTreeClassifier or DecisionTreeRegressor
        Unfitted.
    """
    kind = DecisionTreeClassifier if task.is_classification else DecisionTreeRegressor
    return kind(**params, random_state=random_state)


def truncate_forest(estimator: Any, n_estimators: int) -> Any:  # noqa: ANN401
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


def truncate_boosting(estimator: Any, max_iter: int) -> Any:  # noqa: ANN401
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
