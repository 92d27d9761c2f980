"""Linear models."""

from typing import Any

from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

from runs.search.problem import TaskType

Params = dict[str, Any]


def logistic_regression(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a logistic regression.

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
    # scikit-learn's 100 iterations end some fits before they have converged.
    return LogisticRegression(
        **{"max_iter": 1000, **params, "random_state": random_state}
    )


def ridge(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a ridge regression.

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
    return Ridge(**params, random_state=random_state)


def elastic_net(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make an elastic net.

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
    return ElasticNet(**{"max_iter": 5000, **params, "random_state": random_state})
