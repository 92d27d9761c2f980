"""Neighbours, kernels, Bayes, networks, and the baseline."""

from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from runs.search.problem import TaskType

Params = dict[str, Any]

# Folds inside the training rows by which a support vector machine learns probabilities.
CALIBRATION_FOLDS = 3
# Of libsvm's cache of kernel rows; its default of 200 makes larger tables much slower.
KERNEL_CACHE_MB = 500


def baseline(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make the model that does not look at the columns.

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
    if task.is_classification:
        return DummyClassifier(strategy="prior")
    return DummyRegressor(strategy="mean")


def k_nearest_neighbors(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a nearest neighbours model.

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
    kind = KNeighborsClassifier if task.is_classification else KNeighborsRegressor
    return kind(**params, n_jobs=n_threads)


def kernel_svm(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a support vector machine with probabilities.

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
    if not task.is_classification:
        return TransformedTargetRegressor(
            SVR(**params, cache_size=KERNEL_CACHE_MB), transformer=StandardScaler()
        )
    machine = SVC(**params, cache_size=KERNEL_CACHE_MB, random_state=random_state)
    # Platt's sigmoid over held-out decisions, as SVC(probability=True) had it until
    # scikit-learn deprecated that; the machine itself is fitted on all rows.
    return CalibratedClassifierCV(
        machine, method="sigmoid", cv=CALIBRATION_FOLDS, ensemble=False
    )


def naive_bayes(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a Gaussian naive Bayes model.

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
    return GaussianNB(**params)


def mlp(
    task: TaskType,
    params: Params,
    random_state: int,
    n_threads: int = 1,
) -> Any:  # noqa: ANN401
    """Make a multilayer perceptron.

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
    sizes = str(params.get("hidden_layer_sizes", "128-64"))
    options = {
        "early_stopping": True,
        "n_iter_no_change": 12,
        "max_iter": 200,
        **params,
        "hidden_layer_sizes": tuple(int(size) for size in sizes.split("-")),
        "random_state": random_state,
    }
    if task.is_classification:
        return MLPClassifier(**options)
    # Its first weights suit a target of mean 0 and variance 1.
    return TransformedTargetRegressor(
        MLPRegressor(**options), transformer=StandardScaler()
    )
