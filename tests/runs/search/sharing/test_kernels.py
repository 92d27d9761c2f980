import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression

from runs.search.algorithms import ALGORITHMS
from runs.search.folds import FoldData
from runs.search.problem import TaskType
from runs.search.sharing import fit_group, kernels

N_FEATURES = kernels.MIN_FEATURES


def made_fold(task):
    if task is TaskType.REGRESSION:
        X, y = make_regression(120, N_FEATURES, noise=5, random_state=0)
    else:
        X, y = make_classification(
            120, N_FEATURES, n_informative=6, n_classes=3, random_state=0
        )
        y = np.minimum(y, 1) if task is TaskType.BINARY else y
    return FoldData(X[:90], y[:90], X[90:], y[90:])


def answers(task, fold, params_list):
    found = {}
    group = fit_group(
        ALGORITHMS["kernel_svm"], params_list, fold, task=task, random_state=0
    )
    for fitted in group:
        response = fitted.respond(fold.X_test)
        found[fitted.at] = (
            response.predict_proba if task.is_classification else response.predict
        )
    return [found[i] for i in range(len(params_list))]


@pytest.mark.parametrize("task", list(TaskType))
@pytest.mark.parametrize(
    "kernel",
    [
        {"kernel": "rbf", "gamma": 0.02},
        {"kernel": "rbf", "gamma": "scale"},
        {"kernel": "poly", "gamma": "auto", "degree": 2, "coef0": 1.0},
        {"kernel": "sigmoid", "gamma": 0.01},
        {"kernel": "linear"},
    ],
    ids=lambda k: f"{k['kernel']}-{k.get('gamma', '')}",
)
def test_machines_that_share_a_matrix_answer_as_if_alone(task, kernel):
    fold = made_fold(task)
    params_list = [{**kernel, "C": c} for c in (0.1, 1.0, 10.0)]

    together = answers(task, fold, params_list)

    for params, found in zip(params_list, together, strict=True):
        [alone] = answers(task, fold, [params])
        np.testing.assert_allclose(found, alone, rtol=1e-9, atol=1e-9)


def test_width_that_depends_on_the_rows_is_shared_by_regressions_only():
    shape = (100, N_FEATURES)
    rbf = {"kernel": "rbf", "gamma": "scale"}

    assert kernels.can_share(rbf, shape, is_classification=False)
    assert not kernels.can_share(rbf, shape, is_classification=True)
    assert not kernels.can_share(
        {"gamma": 0.1}, (kernels.MAX_ROWS + 1, N_FEATURES), is_classification=True
    )
