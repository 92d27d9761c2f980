"""Compiled answers of forests are scikit-learn's own, to the last bit."""

import gc

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from models_app.explanation import forests
from models_app.explanation.forests import Forest, forest_of

FORESTS = [
    RandomForestClassifier,
    RandomForestRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
]


def table(n_rows, *, missing):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 6)).astype(np.float32)
    X[:, 5] = rng.integers(0, 3, n_rows)
    if missing:
        X[rng.random(X.shape) < 0.2] = np.nan
    y = np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1]) * np.nan_to_num(X[:, 5])
    return X, y


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("kind", FORESTS)
def test_answers_equal_those_of_the_forest(kind, n_classes, missing):
    X, y = table(400, missing=missing)
    if kind.__name__.endswith("Classifier"):
        y = np.digitize(y, np.quantile(y, np.linspace(0, 1, n_classes + 1)[1:-1]))
    estimator = kind(n_estimators=30, random_state=0).fit(X[:300], y[:300])

    found = Forest(estimator).answer(X[300:])

    if hasattr(estimator, "predict_proba"):
        assert np.array_equal(found, estimator.predict_proba(X[300:]))
    else:
        assert np.array_equal(found[:, 0], estimator.predict(X[300:]))


def test_trees_are_joined_once_and_go_with_their_forest():
    X, y = table(50, missing=False)
    estimator = RandomForestRegressor(n_estimators=2, random_state=0).fit(X, y)

    assert forest_of(estimator) is forest_of(estimator)

    n_known = len(forests._known)
    del estimator
    gc.collect()
    assert len(forests._known) < n_known
