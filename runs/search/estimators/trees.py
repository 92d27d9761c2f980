"""Single trees and forests."""

from typing import Any

from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from runs.search.problem import TaskType

Params = dict[str, Any]


def decision_tree(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a decision tree.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    kind = DecisionTreeClassifier if task.is_classification else DecisionTreeRegressor
    return kind(**params, random_state=random_state)


def random_forest(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a random forest.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    kind = RandomForestClassifier if task.is_classification else RandomForestRegressor
    return kind(**params, random_state=random_state, n_jobs=n_threads)


def extra_trees(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a forest of extremely randomised trees.

    Parameters
    ----------
    task : TaskType
        What is to be predicted.
    params : dict
        Parameters that differ from the defaults.
    random_state : int
        Seed of everything random in it.
    n_threads : int, default=1
        Threads a fit may use.

    Returns
    -------
    estimator
        Unfitted.
    """
    kind = ExtraTreesClassifier if task.is_classification else ExtraTreesRegressor
    return kind(**params, random_state=random_state, n_jobs=n_threads)
