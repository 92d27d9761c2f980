"""Numbers of a comparison against scikit-learn, hand-made cases and simulation."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve as sk_calibration

from models_app.evaluation.agreement import agreement, correlation, disagreement
from models_app.evaluation.calibration import calibration
from models_app.evaluation.costs import Costs, cheapest_threshold, row_costs
from models_app.evaluation.metrics import measure
from models_app.evaluation.overlays import (
    calibration_curve,
    error_curve,
    macro,
    precision_recall_curve,
    roc_curve,
)
from models_app.evaluation.resampling import paired, percentile_interval
from models_app.evaluation.weighted import regression_metrics
from models_app.evaluation.weighted_rows import classification_metrics
from runs.search.problem import TaskType

LIGHT = ["weighted_rows", "resampling", "overlays", "agreement", "costs"]


def classes_and_probabilities(n_classes, n=150, seed=3):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    raw = rng.random((n, n_classes)) + 0.8 * (y[:, None] == np.arange(n_classes))
    raw = raw.round(1) + 0.05  # ties
    return y, raw / raw.sum(axis=1, keepdims=True)


def test_pages_that_compare_load_no_scikit_learn():
    code = (
        f"import sys\nfor n in {LIGHT!r}: __import__('models_app.evaluation.' + n)\n"
        "print([n for n in ('sklearn', 'scipy', 'pandas') if n in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("n_classes", [2, 5])
def test_classification_metrics_are_those_of_scikit_learn(n_classes):
    y, p = classes_and_probabilities(n_classes)
    predicted = p.argmax(axis=1)
    task = TaskType.BINARY if n_classes == 2 else TaskType.MULTICLASS
    labels = [f"c{i}" for i in range(n_classes)]
    positive = 0 if n_classes == 2 else None
    expected = measure(
        y,
        predicted,
        p,
        task=task,
        labels=labels,
        positive=None if positive is None else labels[positive],
    )

    found = classification_metrics(
        y, predicted, p, np.ones((1, len(y))), positive=positive
    )

    assert {k: v[0] for k, v in found.items()} == pytest.approx(expected)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_counts_of_a_resample_are_the_resampled_rows(n_classes):
    y, p = classes_and_probabilities(n_classes)
    counts = np.random.default_rng(1).multinomial(len(y), np.full(len(y), 1 / len(y)))
    rows = np.repeat(np.arange(len(y)), counts)
    weights = np.stack([np.ones(len(y)), counts])
    positive = 1 if n_classes == 2 else None

    found = classification_metrics(y, p.argmax(1), p, weights, positive=positive)
    again = classification_metrics(
        y[rows], p[rows].argmax(1), p[rows], np.ones((1, len(y))), positive=positive
    )

    assert {k: v[1] for k, v in found.items()} == pytest.approx(
        {k: v[0] for k, v in again.items()}
    )


def test_regression_metrics_are_those_of_scikit_learn_and_of_resampled_rows():
    rng = np.random.default_rng(0)
    y = rng.normal(50, 9, 121)
    predicted = y + rng.normal(0, 4, 121)
    counts = rng.multinomial(121, np.full(121, 1 / 121))
    rows = np.repeat(np.arange(121), counts)

    found = regression_metrics(y, predicted, np.stack([np.ones(121), counts]))

    task = TaskType.REGRESSION
    assert {k: v[0] for k, v in found.items()} == pytest.approx(
        measure(y, predicted, task=task)
    )
    assert {k: v[1] for k, v in found.items()} == pytest.approx(
        measure(y[rows], predicted[rows], task=task)
    )


def test_metrics_that_the_rows_leave_undefined_are_left_out():
    p = np.array([[0.4, 0.6], [0.3, 0.7]])

    found = classification_metrics([1, 1], [1, 1], p, np.ones((1, 2)), positive=0)

    assert "roc_auc" not in found
    assert "average_precision" not in found
    once, predicted = np.ones((1, 2)), np.array([3.0, 2.0])
    same = np.array([3.0, 3.0])
    assert np.isnan(regression_metrics(same, predicted, once)["r2"]).all()
    assert "rmsle" not in regression_metrics(np.array([-2.0, 3.0]), predicted, once)


def test_curves_are_those_of_scikit_learn():
    y, p = classes_and_probabilities(2)
    found, score = y == 1, p[:, 1]

    roc = roc_curve(found, score)
    fpr, tpr, _ = sk.roc_curve(found, score, drop_intermediate=False)
    assert roc.x == pytest.approx(fpr, abs=1e-6)
    assert roc.y == pytest.approx(tpr, abs=1e-6)
    assert roc.value == pytest.approx(sk.roc_auc_score(found, score))

    pr = precision_recall_curve(found, score)
    precision, recall, _ = sk.precision_recall_curve(found, score)
    assert pr.x[1:] == pytest.approx(recall[:-1][::-1], abs=1e-6)
    assert pr.y[1:] == pytest.approx(precision[:-1][::-1], abs=1e-6)
    assert pr.value == pytest.approx(sk.average_precision_score(found, score))

    curve = calibration_curve(found, score)
    true, mean = sk_calibration(found, score, n_bins=10, strategy="quantile")
    assert curve.x == pytest.approx(mean, abs=1e-6)
    assert curve.y == pytest.approx(true, abs=1e-6)


def test_expected_error_is_that_of_a_models_own_page():
    y, p = classes_and_probabilities(2)

    compared = calibration_curve(y == 1, p[:, 1])

    own = calibration(y, p, labels=["a", "b"], positive=1).methods[0].curves[0]
    assert compared.value == own.quantile_error


def test_macro_is_the_mean_over_the_classes():
    y, p = classes_and_probabilities(3)

    curve = macro([roc_curve(y == c, p[:, c]) for c in range(3)])

    assert curve.value == pytest.approx(sk.roc_auc_score(y, p, multi_class="ovr"))
    assert (curve.x[0], curve.x[-1], curve.y[-1]) == (0, 1, 1)


def test_error_curve_rises_to_the_largest_errors():
    curve = error_curve([0, 0, 0, 0, 0], [1, -2, 3, -4, 5])

    assert curve.value == 3
    assert curve.x[0] == 1
    assert curve.y[-1] == 0.99


def test_agreement_and_correlation_of_a_hand_made_case():
    a, b = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])

    assert agreement([a, b]).tolist() == [[1, 0.75], [0.75, 1]]
    found = correlation([np.array([1.0, 2, 3]), np.array([3.0, 2, 1]), np.ones(3)])
    assert found[0, 1] == pytest.approx(-1)
    assert np.isnan(found[2]).all()
    spread = disagreement([np.array([[0.2, 0.8]]), np.array([[0.9, 0.1]])])
    assert spread == pytest.approx([0.7])


def test_cheapest_threshold_is_the_best_of_all():
    y, p = classes_and_probabilities(2)
    found, score = y == 1, p[:, 1]
    costs = Costs(false_positive=1, false_negative=5, true_positive=-2)
    every = [*np.unique(score), 2.0]
    expected = min(row_costs(found, score >= t, costs).mean() for t in every)

    best = cheapest_threshold(found, score, costs)

    assert best.cost == pytest.approx(expected)
    at_best = row_costs(found, score >= best.threshold, costs)
    assert at_best.mean() == pytest.approx(expected)


def test_cheapest_threshold_calls_nobody_when_alarms_are_dear():
    best = cheapest_threshold([True, False], [0.4, 0.9], Costs(100, 1))

    assert best.threshold > 0.9
    assert best.cost == 0.5


def test_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        hit = rng.random(300) < 0.8
        _, weights = paired(300, max_rows=300, n_resamples=200, seed=seed)
        found = percentile_interval(hit.mean(), weights[1:] @ hit / 300)
        covered += found.low <= 0.8 <= found.high
    assert 0.90 <= covered / 200 <= 0.99


def test_intervals_of_a_sample_of_the_rows_are_as_wide_as_those_of_all():
    hit = np.random.default_rng(2).random(4_000) < 0.7
    widths = []
    for max_rows in (4_000, 800):
        rows, weights = paired(4_000, max_rows=max_rows, n_resamples=400)
        values = weights @ hit[rows] / 4_000
        found = percentile_interval(hit.mean(), values[1:], around=values[0])
        widths.append(found.high - found.low)
    assert widths[1] == pytest.approx(widths[0], rel=0.2)
