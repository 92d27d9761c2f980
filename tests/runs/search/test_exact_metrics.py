import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from runs.search.exact_metrics import exact_metric
from runs.search.metrics import METRICS, make_scorer
from runs.search.problem import TaskType
from runs.search.scorers import known
from runs.search.scoring import Scoring
from runs.search.sharing.responses import response_of


def has(name):
    return available_if(lambda self: getattr(self, f"{name}_") is not None)


class Classifier(ClassifierMixin, BaseEstimator):
    """Says what it was told to."""

    def __init__(self, classes, labels, proba, decisions=None):
        self.classes_ = classes
        self.labels_ = labels
        self.predict_proba_ = proba
        self.decision_function_ = decisions

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return self.labels_

    @has("predict_proba")
    def predict_proba(self, X):
        return self.predict_proba_

    @has("decision_function")
    def decision_function(self, X):
        return self.decision_function_


class Regressor(RegressorMixin, BaseEstimator):
    def __init__(self, values):
        self.values = values

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return self.values


def classifier(rng, y, n_classes, *, digits, dtype, order, decides):
    # Rounded, so that many rows have the same score, and some are sure.
    scores = rng.random((len(y), n_classes)) ** 3
    scores[np.arange(len(y)), y] += rng.random(len(y)) * rng.integers(0, 2)
    proba = scores.round(digits) + 0.01 * (rng.random() < 0.7)
    proba[proba.sum(axis=1) == 0] = 1
    proba = (proba / proba.sum(axis=1, keepdims=True)).astype(dtype)
    proba = np.asarray(proba, order=order)
    decisions = np.log(proba[:, 1] + 0.1) if decides and n_classes == 2 else None
    labels = proba.argmax(axis=1)
    return Classifier(np.arange(n_classes), labels, proba, decisions)


def both(name, task, classes, positive, estimator, y):
    """Return the scorer's value and the exact one, None where scikit-learn complains."""
    scorer = make_scorer(name, task, classes=classes, positive=positive)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            expected = scorer(estimator, y[:, None], y)
        except ValueError:
            expected = None
    response = response_of(estimator, y[:, None])
    exact, at = known(scorer)
    return None if caught else expected, exact_metric(exact, response, y, at)


CLASSES = [name for name in METRICS if TaskType.BINARY in METRICS[name].tasks]
NUMBERS = [name for name in METRICS if TaskType.REGRESSION in METRICS[name].tasks]


@pytest.mark.parametrize("name", CLASSES)
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_rows=st.integers(1, 300),
    n_classes=st.sampled_from([2, 2, 3, 7]),
    digits=st.sampled_from([1, 2, 12]),
    dtype=st.sampled_from([np.float64, np.float32]),
    order=st.sampled_from("CF"),
    positive=st.sampled_from([0, 1]),
    decides=st.booleans(),
)
def test_exact_metric_equals_the_scorer_to_the_last_bit(
    name, seed, n_rows, n_classes, digits, dtype, order, positive, decides
):
    task = TaskType.BINARY if n_classes == 2 else TaskType.MULTICLASS
    if task not in METRICS[name].tasks:
        return
    rng = np.random.default_rng(seed)
    # Small folds lack classes, which scikit-learn warns of or refuses.
    y = rng.integers(0, n_classes, n_rows)
    estimator = classifier(
        rng, y, n_classes, digits=digits, dtype=dtype, order=order, decides=decides
    )
    at = positive if task is TaskType.BINARY else None

    expected, found = both(name, task, range(n_classes), at, estimator, y)

    assert found is None or found == expected
    if n_rows > 100:
        assert found is not None


@pytest.mark.parametrize("name", NUMBERS)
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n_rows=st.integers(1, 300),
    dtype=st.sampled_from([np.float64, np.float32]),
    kind=st.sampled_from(["spread", "whole", "negative", "constant", "perfect"]),
)
def test_exact_metric_of_numbers_equals_the_scorer(name, seed, n_rows, dtype, kind):
    rng = np.random.default_rng(seed)
    y = rng.gamma(2.0, size=n_rows) * 10.0 ** rng.integers(-3, 6)
    predicted = np.abs(y * rng.normal(1, 0.3, size=n_rows)).astype(dtype)
    match kind:
        case "whole":
            y, predicted = y.round(), predicted.round()
        case "negative":
            y = y - 5
        case "constant":
            y = np.full(n_rows, 2.5)
        case "perfect":
            predicted = y.copy()

    expected, found = both(name, TaskType.REGRESSION, (), None, Regressor(predicted), y)

    assert found is None or found == expected
    if n_rows > 100 and kind == "spread":
        assert found is not None


def test_large_fold_is_summed_in_the_order_of_scikit_learn():
    rng = np.random.default_rng(0)
    for n_classes, task in ((2, TaskType.BINARY), (5, TaskType.MULTICLASS)):
        y = rng.integers(0, n_classes, 50_001)
        for order in "CF":
            estimator = classifier(
                rng, y, n_classes, digits=12, dtype=np.float64, order=order, decides=0
            )
            for name in CLASSES:
                if task in METRICS[name].tasks:
                    expected, found = both(
                        name, task, range(n_classes), None, estimator, y
                    )
                    assert (name, found) == (name, expected)
    y = rng.gamma(2.0, size=50_001)
    estimator = Regressor(y * rng.normal(1, 0.3, size=len(y)) + 0.5)
    for name in NUMBERS:
        expected, found = both(name, TaskType.REGRESSION, (), None, estimator, y)
        assert found is None or (name, found) == (name, expected)


@pytest.mark.parametrize(
    ("y", "classes", "proba"),
    [
        # Seen in fitting were two of three classes.
        ([0, 1, 0, 1], [0, 1], [[0.2, 0.8], [0.4, 0.6], [0.7, 0.3], [0.5, 0.5]]),
        ([0, 2, 0, 2], [0, 2], [[0.2, 0.8], [0.4, 0.6], [0.7, 0.3], [0.5, 0.5]]),
        # No probabilities, or not of these classes.
        ([0, 1, 2], [0, 1, 2], [[0.9, 0.3, 0.1], [0.2, 0.2, 0.1], [0.1, 0.1, 0.7]]),
        ([0, 1, 2], [0, 1, 2], [[np.nan, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.2, 0.7]]),
        ([0, 1, 3], [0, 1, 2], [[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.1, 0.2, 0.7]]),
    ],
)
def test_what_is_unusual_ends_as_with_scikit_learn_alone(y, classes, proba):
    y, classes, proba = np.array(y), np.array(classes), np.array(proba)
    estimator = Classifier(classes, classes[proba.argmax(axis=1)], proba)
    task = TaskType.MULTICLASS
    for name in CLASSES:
        if task in METRICS[name].tasks:
            expected, found = both(name, task, range(3), None, estimator, y)
            assert found is None or (name, found) == (name, expected)


def test_scorer_from_elsewhere_is_asked_itself():
    scoring = Scoring(
        {"rmse": lambda estimator, X, y: 7.0},
        "rmse",
        TaskType.REGRESSION,
        train_scores=False,
    )
    y = np.array([1.0, 2.0])

    assert scoring.score(response_of(Regressor(y), y), y) == {"rmse": 7.0}
