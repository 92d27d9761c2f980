import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.datasets import make_classification
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.naive_bayes import GaussianNB

from models_app.evaluation.binning import bins, expected_error
from models_app.evaluation.calibration import calibration
from models_app.evaluation.classification import as_json
from models_app.evaluation.recalibration import (
    Calibrator,
    calibrators_from,
    fit_calibrators,
    recalibrated,
)

quick = settings(deadline=None, max_examples=25)


def rows(n_classes=2, n=400):
    X, y = make_classification(
        n,
        n_features=8,
        n_informative=6,
        n_redundant=2,
        n_classes=n_classes,
        random_state=0,
    )
    return X, y


@quick
@given(st.integers(0, 10_000))
def test_bins_equal_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    p = rng.random(80)
    found = rng.random(80) < p
    edges = np.linspace(0, 1, 6)

    groups = bins(found, p, edges)

    actual, predicted = calibration_curve(found, p, n_bins=5)
    assert groups.actual == pytest.approx(actual, abs=1e-6)
    assert groups.predicted == pytest.approx(predicted, abs=1e-6)
    assert sum(groups.n_rows) == 80


def test_calibration_quantile_bins_equal_scikit_learns():
    rng = np.random.default_rng(1)
    p = rng.random(90)
    y = (rng.random(90) < p).astype(int)

    found = calibration(y, np.column_stack([1 - p, p]), labels=["n", "y"], positive=1)

    curve = found.methods[0].curves[0]
    actual, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    assert curve.quantile.actual == pytest.approx(actual, abs=1e-6)
    assert curve.quantile.predicted == pytest.approx(predicted, abs=1e-6)
    assert curve.brier == pytest.approx(brier_score_loss(y, p))
    assert found.methods[0].log_loss == pytest.approx(log_loss(y, p))


def test_expected_error_of_a_hand_made_example():
    found = np.array([True, False, False, False])

    groups = bins(found, np.array([0.9, 0.9, 0.1, 0.3]), np.array([0, 0.5, 1]))

    # Two rows with mean 0.9 of which half came true, two with 0.2 of which none did.
    assert expected_error(groups) == pytest.approx(0.5 * 0.4 + 0.5 * 0.2)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_sigmoid_equals_scikit_learns_of_a_model_with_log_odds(n_classes):
    X, y = rows(n_classes)
    if n_classes == 2:
        model = LogisticRegression(C=0.01).fit(X[:100], y[:100])
        expected = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid")
        expected = expected.fit(X[100:], y[100:]).predict_proba(X)
        p = model.predict_proba(X)
        found = recalibrated(p, fit_calibrators(y[100:], p[100:], method="sigmoid"))
        assert found == pytest.approx(expected, abs=1e-4)
    else:
        p = GaussianNB().fit(X[:100], y[:100]).predict_proba(X)
        found = recalibrated(p, fit_calibrators(y[100:], p[100:], method="sigmoid"))
        assert found.sum(axis=1) == pytest.approx(np.ones(len(X)))
        assert log_loss(y, found) < log_loss(y, p)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_isotonic_equals_scikit_learns(n_classes):
    X, y = rows(n_classes)
    model = GaussianNB().fit(X[:100], y[:100])  # has no decision function
    expected = CalibratedClassifierCV(FrozenEstimator(model), method="isotonic")
    expected = expected.fit(X[100:], y[100:]).predict_proba(X)
    p = model.predict_proba(X)

    found = recalibrated(p, fit_calibrators(y[100:], p[100:], method="isotonic"))

    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_calibration_shows_rows_their_calibrator_has_not_seen(n_classes):
    """Probabilities without any meaning: fitted on the same rows they would look better."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, n_classes, 300)
    p = rng.dirichlet(np.ones(n_classes), 300)
    labels = [str(i) for i in range(n_classes)]

    found = calibration(y, p, labels=labels, positive=1 if n_classes == 2 else None)

    of = {method.method: method.brier for method in found.methods}
    assert list(of) == ["", "sigmoid", "isotonic"]
    fitted = recalibrated(p, fit_calibrators(y, p, method="isotonic"))
    one_hot = np.eye(n_classes)[y]
    seen = ((fitted - one_hot) ** 2).sum(axis=1).mean() / (2 if n_classes == 2 else 1)
    assert seen < of["isotonic"]
    assert found.n_folds == 5


def test_recalibration_repairs_exaggerated_probabilities():
    rng = np.random.default_rng(2)
    truth = rng.random(3_000)
    y = (rng.random(3_000) < truth).astype(int)
    odds = (truth / (1 - truth)) ** 3
    p = odds / (1 + odds)

    found = calibration(y, np.column_stack([1 - p, p]), labels=["n", "y"], positive=1)

    errors = [method.curves[0].uniform_error for method in found.methods]
    assert errors[0] > 0.08
    assert max(errors[1:]) < 0.03
    sigmoid = found.calibrators["sigmoid"][0]
    assert sigmoid.slope == pytest.approx(1 / 3, abs=0.04)


def test_calibration_of_a_class_with_one_row_is_not_repaired():
    p = np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])

    found = calibration([0, 0, 1], p, labels=["n", "y"], positive=1)

    assert [method.method for method in found.methods] == [""]
    assert found.calibrators == {}


def test_calibrators_survive_being_stored():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 50)
    y = p.argmax(axis=1)
    fitted = fit_calibrators(y, p, method="isotonic")

    stored = json.loads(json.dumps(as_json(fitted)))

    assert recalibrated(p, calibrators_from(stored)) == pytest.approx(
        recalibrated(p, fitted)
    )


def test_recalibrated_row_without_any_probability_left_is_even():
    never = Calibrator(x=[0.0, 1.0], y=[0.0, 0.0])

    assert recalibrated(np.eye(3), [never] * 3) == pytest.approx(np.full((3, 3), 1 / 3))


def test_unknown_recalibration_is_refused():
    with pytest.raises(ValueError, match="known are sigmoid, isotonic"):
        fit_calibrators(np.array([0, 1]), np.eye(2), method="beta")
