import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression

from runs.search.algorithms import ALGORITHMS
from runs.search.problem import TaskType
from runs.search.sharing import networks
from runs.search.threads import limit_threads

MLP = ALGORITHMS["mlp"]
BATCH_ROWS = 200


def rows_of(task, n_rows=260, n_features=7):
    if task is TaskType.REGRESSION:
        return make_regression(n_rows, n_features, noise=20, random_state=1)
    n_classes = 2 if task is TaskType.BINARY else 3
    return make_classification(
        n_rows, n_features, n_informative=5, n_classes=n_classes, random_state=1
    )


def trained(estimator, X, y):
    """Fit with one thread, as a worker does; return the network, and what it warned of."""
    with limit_threads(1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator.fit(X, y)
    network = getattr(estimator, "regressor_", estimator)
    return network, sorted(str(w.message) for w in caught)


def assert_trained_alike(task, params, X, y):
    plain, plain_warnings = trained(MLP.make(task, params, 5), X, y)
    estimator = networks.quick(MLP.make(task, params, 5))
    quick, quick_warnings = trained(estimator, X, y)

    assert type(quick) is not type(plain)
    assert quick.n_iter_ == plain.n_iter_
    assert quick_warnings == plain_warnings
    for found, wanted in zip(quick.coefs_, plain.coefs_, strict=True):
        assert np.array_equal(found, wanted)
    for found, wanted in zip(quick.intercepts_, plain.intercepts_, strict=True):
        assert np.array_equal(found, wanted)
    return plain


@pytest.mark.parametrize("task", list(TaskType))
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("layers", ["32", "64-32"])
@pytest.mark.parametrize("early_stopping", [True, False])
def test_weights_are_those_of_scikit_learn(task, activation, layers, early_stopping):
    X, y = rows_of(task)
    params = {
        "activation": activation,
        "hidden_layer_sizes": layers,
        "early_stopping": early_stopping,
        "alpha": 0.1,
        "learning_rate_init": 0.01,
        "max_iter": 40,
    }

    assert_trained_alike(task, params, X, y)


@pytest.mark.parametrize("task", list(TaskType))
def test_training_stops_where_scikit_learn_stops(task):
    X, y = rows_of(task)
    params = {"n_iter_no_change": 2, "learning_rate_init": 0.03, "max_iter": 150}

    plain = assert_trained_alike(task, params, X, y)

    assert plain.n_iter_ < 150


@pytest.mark.parametrize("early_stopping", [True, False])
def test_improvement_below_the_tolerance_counts_for_none(early_stopping):
    X, y = rows_of(TaskType.REGRESSION)
    params = {"learning_rate_init": 1e-7, "early_stopping": early_stopping}
    params |= {"n_iter_no_change": 3, "max_iter": 30}

    plain = assert_trained_alike(TaskType.REGRESSION, params, X, y)

    assert plain.n_iter_ < 30


@pytest.mark.parametrize("batch_size", [1, 50, 1000, "auto"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_weights_are_equal_for_batches_and_layouts(batch_size, order):
    X, y = rows_of(TaskType.BINARY, n_rows=2 * BATCH_ROWS + 30)
    params = {"batch_size": batch_size, "max_iter": 3, "hidden_layer_sizes": "32"}

    assert_trained_alike(TaskType.BINARY, params, np.array(X, order=order), y)


@pytest.mark.parametrize("rows", ["constant target", "single precision"])
def test_unusual_rows_are_trained_alike(rows):
    X, y = rows_of(TaskType.REGRESSION)
    if rows == "constant target":
        y = np.full_like(y, 3.0)
    else:
        X = X.astype(np.float32)

    assert_trained_alike(TaskType.REGRESSION, {"max_iter": 20}, X, y)


def test_validation_part_of_one_row_is_refused_as_by_scikit_learn():
    X, y = rows_of(TaskType.REGRESSION, n_rows=9)
    estimator = MLP.make(TaskType.REGRESSION, {}, 0)

    with pytest.raises(ValueError, match="validation set is too small"):
        networks.quick(estimator).fit(X, y)


@pytest.mark.parametrize("made", [networks.quick, lambda estimator: estimator])
@pytest.mark.filterwarnings("ignore")
def test_exploding_weights_are_refused_as_by_scikit_learn(made):
    X, y = rows_of(TaskType.REGRESSION)
    params = {"learning_rate_init": 1e200, "max_iter": 10, "early_stopping": False}
    params["n_iter_no_change"] = 20
    estimator = made(MLP.make(TaskType.REGRESSION, params, 0))

    with pytest.raises(ValueError, match="non-finite"):
        estimator.fit(X, y)
