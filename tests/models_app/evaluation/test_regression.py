import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_squared_error, median_absolute_error

from models_app.evaluation.regression import (
    MAX_POINTS,
    PredictedActual,
    predicted_actual,
    residuals,
)

numbers = st.floats(-1e6, 1e6)


def test_predicted_actual_of_few_rows_keeps_them_all_in_order():
    assert predicted_actual([3, 1], [2, 5]) == PredictedActual([3, 1], [2, 5])


def test_predicted_actual_of_many_rows_is_a_sample_of_true_pairs():
    y = np.arange(5 * MAX_POINTS, dtype=float)

    sample = predicted_actual(y, 2 * y)

    assert len(sample.actual) == MAX_POINTS
    assert sample.actual == sorted(set(sample.actual))
    assert sample.predicted == [2 * value for value in sample.actual]
    assert sample == predicted_actual(y, 2 * y)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=300))
def test_residuals_agree_with_scikit_learn_and_count_every_row(pairs):
    y_true, y_pred = np.array(pairs).T

    result = residuals(y_true, y_pred)

    assert sum(result.counts) == len(pairs)
    assert len(result.edges) == len(result.counts) + 1
    squared = result.mean**2 + result.std**2
    expected = mean_squared_error(y_true, y_pred)
    assert squared == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert result.median_absolute == pytest.approx(
        median_absolute_error(y_true, y_pred)
    )


def test_residuals_are_positive_where_the_prediction_is_too_low():
    result = residuals([10, 10], [7, 9])

    assert result.mean == 2
    assert result.edges[0] == 1
    assert result.edges[-1] == 3


def test_residuals_of_equal_errors_have_one_bin():
    result = residuals(np.arange(50) + 0.1, np.arange(50))

    assert result.counts == [50]


def test_residuals_without_rows_are_refused():
    with pytest.raises(ValueError, match="at least one row"):
        residuals([], [])
