import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from models_app.evaluation.weighted import (
    class_metrics,
    count_metrics,
    rank_metrics,
    ranking,
    regression_metrics,
    weighted_median,
)

SEEDS = st.integers(0, 10_000)
quick = settings(deadline=None, max_examples=25)


def weightings(rng, n_rows, n=3):
    weights = rng.integers(0, 4, (n, n_rows)).astype(float)
    weights[0] = 1
    return weights


@quick
@given(SEEDS)
def test_rank_metrics_equal_scikit_learns_with_ties_and_weights(seed):
    rng = np.random.default_rng(seed)
    found = rng.random(30) < 0.4
    found[:2] = [True, False]
    score = rng.integers(0, 8, 30) / 8
    weights = weightings(rng, 30)
    weights[:, :2] += 1  # both classes are there

    areas, averages = rank_metrics(ranking(found, score), weights)

    for area, average, weight in zip(areas, averages, weights, strict=True):
        assert area == pytest.approx(
            sk.roc_auc_score(found, score, sample_weight=weight)
        )
        assert average == pytest.approx(
            sk.average_precision_score(found, score, sample_weight=weight)
        )


def test_rank_metrics_without_a_row_of_the_class_are_not_numbers():
    areas, averages = rank_metrics(
        ranking(np.zeros(3, bool), np.arange(3.0)), np.ones((1, 3))
    )

    assert np.isnan([*areas, *averages]).all()


@quick
@given(SEEDS, st.integers(2, 5))
def test_count_metrics_equal_scikit_learns(seed, k):
    rng = np.random.default_rng(seed)
    y, predicted = rng.integers(0, k, (2, 12))
    table = sk.confusion_matrix(y, predicted, labels=range(k))

    found = {name: v[0] for name, v in count_metrics(table[None], k - 1).items()}

    one = {"labels": [k - 1], "average": "macro", "zero_division": 0.0}
    with np.errstate(all="ignore"):
        assert found == pytest.approx(
            {
                "accuracy": sk.accuracy_score(y, predicted),
                "balanced_accuracy": sk.recall_score(
                    y, predicted, labels=np.unique(y), average="macro"
                ),
                "f1_macro": sk.f1_score(
                    y, predicted, average="macro", zero_division=0.0
                ),
                "f1_micro": sk.f1_score(y, predicted, average="micro"),
                "f1_weighted": sk.f1_score(
                    y, predicted, average="weighted", zero_division=0.0
                ),
                "mcc": sk.matthews_corrcoef(y, predicted),
                "precision": sk.precision_score(y, predicted, **one),
                "recall": sk.recall_score(y, predicted, **one),
                "f1": sk.f1_score(y, predicted, **one),
            }
        )


def test_class_metrics_without_anything_to_divide_by_are_zero():
    found = class_metrics(np.array([[[0, 0], [0, 3]]]))

    assert {name: v.tolist() for name, v in found.items()} == {
        "precision": [[0, 1]],
        "recall": [[0, 1]],
        "f1": [[0, 1]],
    }


@quick
@given(SEEDS)
def test_regression_metrics_equal_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    y = rng.random(20) * 10 + 1000
    predicted = y + rng.normal(size=20)
    weights = weightings(rng, 20)

    found = regression_metrics(y, predicted, weights)

    for i, weight in enumerate(weights):
        several = weight.astype(int)
        rows = np.repeat(y, several), np.repeat(predicted, several)
        assert {name: values[i] for name, values in found.items()} == pytest.approx(
            {
                "rmse": sk.root_mean_squared_error(*rows),
                "mae": sk.mean_absolute_error(*rows),
                "r2": sk.r2_score(*rows),
                "median_absolute_error": sk.median_absolute_error(*rows),
                "mape": sk.mean_absolute_percentage_error(*rows),
                "rmsle": sk.root_mean_squared_log_error(*rows),
            }
        )


def test_regression_metrics_leave_out_logarithms_of_what_has_none():
    found = regression_metrics(np.array([-2.0, 1]), np.array([1.0, 1]), np.ones((1, 2)))

    assert "rmsle" not in found


@quick
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=1))
def test_weighted_median_equals_that_of_repeated_values(pairs):
    values, counts = np.array(pairs).T
    counts[0] += 1

    found = weighted_median(values.astype(float), counts[None].astype(float))

    assert found == pytest.approx([np.median(np.repeat(values, counts))])
