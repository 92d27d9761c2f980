import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from models_app.evaluation.metrics import measure
from runs.search.metrics import metrics_for
from runs.search.problem import TaskType


def predictions(n_rows, n_classes, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows)
    y[:n_classes] = np.arange(n_classes)
    scores = rng.random((n_rows, n_classes)) + 0.5 * np.eye(n_classes)[y]
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    return y, probabilities.argmax(axis=1), probabilities


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_measure_binary_equals_scikit_learn(seed):
    y, predicted, proba = predictions(60, 2, seed)

    found = measure(
        y, predicted, proba, task=TaskType.BINARY, labels=["no", "yes"], positive="yes"
    )

    assert found == pytest.approx(
        {
            "roc_auc": sk.roc_auc_score(y, proba[:, 1]),
            "accuracy": sk.accuracy_score(y, predicted),
            "balanced_accuracy": sk.balanced_accuracy_score(y, predicted),
            "log_loss": sk.log_loss(y, proba),
            "average_precision": sk.average_precision_score(y, proba[:, 1]),
            "f1": sk.f1_score(y, predicted),
            "precision": sk.precision_score(y, predicted),
            "recall": sk.recall_score(y, predicted),
            "f1_micro": sk.f1_score(y, predicted, average="micro"),
            "f1_weighted": sk.f1_score(y, predicted, average="weighted"),
            "f1_macro": sk.f1_score(y, predicted, average="macro"),
            "mcc": sk.matthews_corrcoef(y, predicted),
            "brier": sk.brier_score_loss(y, proba[:, 1]),
        }
    )


def test_measure_binary_is_about_the_positive_class():
    y, predicted, proba = predictions(60, 2)

    found = measure(
        y, predicted, proba, task=TaskType.BINARY, labels=["no", "yes"], positive="no"
    )

    assert found["f1"] == pytest.approx(sk.f1_score(y, predicted, pos_label=0))
    expected = sk.average_precision_score(y == 0, proba[:, 0])
    assert found["average_precision"] == pytest.approx(expected)


def test_measure_multiclass_equals_scikit_learn():
    y, predicted, proba = predictions(90, 4)

    found = measure(
        y, predicted, proba, task=TaskType.MULTICLASS, labels=["a", "b", "c", "d"]
    )

    assert set(found) == {m.name for m in metrics_for(TaskType.MULTICLASS)}
    assert found["roc_auc"] == pytest.approx(
        sk.roc_auc_score(y, proba, multi_class="ovr")
    )
    assert found["log_loss"] == pytest.approx(sk.log_loss(y, proba))


def test_measure_regression_gives_positive_errors():
    y, predicted = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0])

    found = measure(y, predicted, task=TaskType.REGRESSION)

    assert found == pytest.approx(
        {
            "rmse": sk.root_mean_squared_error(y, predicted),
            "mae": 0.5,
            "r2": sk.r2_score(y, predicted),
            "median_absolute_error": 0.5,
            "mape": sk.mean_absolute_percentage_error(y, predicted),
            "rmsle": sk.root_mean_squared_log_error(y, predicted),
        }
    )


def test_measure_leaves_out_what_the_rows_do_not_define():
    y, predicted = np.zeros(3, int), np.zeros(3, int)
    proba = np.array([[0.9, 0.1]] * 3)

    found = measure(
        y, predicted, proba, task=TaskType.BINARY, labels=["no", "yes"], positive="yes"
    )

    assert "roc_auc" not in found
    assert found["accuracy"] == 1
    assert all(np.isfinite(value) for value in found.values())
