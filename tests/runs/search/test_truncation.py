import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import make_classification, make_regression

from runs.search.algorithms import ALGORITHMS
from runs.search.estimators.cutting import prune_tree
from runs.search.problem import TaskType

PATHS = [a for a in ALGORITHMS.values() if a.path and a.path.truncate]
tasks = pytest.mark.parametrize("task", list(TaskType))


def data(task):
    if task is TaskType.REGRESSION:
        X, y = make_regression(150, 6, noise=5, random_state=0)
    else:
        X, y = make_classification(
            150,
            6,
            n_informative=4,
            n_classes=2 if task is TaskType.BINARY else 3,
            random_state=0,
        )
    return X, y


def predictions(estimator, X):
    return getattr(estimator, "predict_proba", estimator.predict)(X)


@tasks
@pytest.mark.parametrize("algorithm", PATHS, ids=lambda a: a.name)
@pytest.mark.parametrize("extra", [{}, {"max_features": 0.5}])
def test_truncate_equals_a_shorter_fit(algorithm, task, extra):
    X, y = data(task)
    if algorithm.recipe != "linear":  # whose recipe leaves no gap
        X[::7, 0] = np.nan
    path = algorithm.path
    long = algorithm.make(task, {path.name: 12, **extra}, 0).fit(X, y)

    for length in (1, 5):
        short = path.truncate(long, length)

        expected = algorithm.make(task, {path.name: length, **extra}, 0).fit(X, y)
        assert_array_equal(predictions(short, X), predictions(expected, X))
        assert short.get_params() == expected.get_params()


@tasks
def test_truncate_boosting_that_stopped_early_equals_a_shorter_fit(task):
    X, y = data(task)
    algorithm = ALGORITHMS["hist_gradient_boosting"]
    early = {"early_stopping": True, "n_iter_no_change": 2, "learning_rate": 0.7}
    long = algorithm.make(task, {"max_iter": 200, **early}, 0).fit(X, y)
    stopped = long.n_iter_
    assert 3 < stopped < 100

    for length in (2, stopped - 1, stopped + 1):
        short = algorithm.path.truncate(long, length)

        expected = algorithm.make(task, {"max_iter": length, **early}, 0).fit(X, y)
        assert short.n_iter_ == expected.n_iter_ == min(length, stopped)
        assert_array_equal(predictions(short, X), predictions(expected, X))
        assert_array_equal(short.validation_score_, expected.validation_score_)
        assert_array_equal(short.train_score_, expected.train_score_)


@pytest.mark.parametrize("algorithm", PATHS, ids=lambda a: a.name)
def test_truncate_leaves_the_long_one_as_it_was(algorithm):
    X, y = data(TaskType.BINARY)
    long = algorithm.make(TaskType.BINARY, {algorithm.path.name: 8}, 0).fit(X, y)
    before = predictions(long, X)

    algorithm.path.truncate(long, 2)

    assert_array_equal(predictions(long, X), before)
    assert long.get_params()[algorithm.path.name] == 8


@pytest.mark.parametrize("task", [TaskType.BINARY, TaskType.REGRESSION])
def test_pruned_tree_equals_a_fit_with_pruning(task):
    X, y = data(task)
    algorithm = ALGORITHMS["decision_tree"]
    grown = algorithm.make(task, {}, 0).fit(X, y)
    n_nodes = grown.tree_.node_count

    for strength in (0.0, 0.05 * grown.tree_.impurity[0]):
        pruned = prune_tree(grown, strength)

        expected = algorithm.make(task, {"ccp_alpha": strength}, 0).fit(X, y)
        assert_array_equal(predictions(pruned, X), predictions(expected, X))
        assert pruned.tree_.node_count == expected.tree_.node_count
    assert pruned.tree_.node_count < n_nodes == grown.tree_.node_count
