import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import log_loss, median_absolute_error

from models_app.evaluation.errors import MAX_POINTS, error_quantiles, normal_qq
from models_app.evaluation.losses import log_losses, worst

pairs = st.lists(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=3, max_size=40
)


@settings(deadline=None)
@given(pairs)
def test_error_quantiles_rise_and_hold_the_median_absolute_error(rows):
    y, predicted = np.array(rows).T

    found = error_quantiles(y, predicted)

    absolute = [one.absolute for one in found]
    assert absolute == sorted(absolute)
    assert absolute[2] == pytest.approx(median_absolute_error(y, predicted))


def test_error_quantiles_are_relative_where_the_target_has_one_sign():
    found = error_quantiles([-10, -20, -40], [-11, -22, -44])

    assert [one.relative for one in found] == pytest.approx([0.1] * 6)


@pytest.mark.parametrize("y", [[0.0, 1, 2], [-1, 1, 2]])
def test_error_quantiles_are_not_relative_to_zero_or_across_it(y):
    assert error_quantiles(y, [1, 1, 1])[0].relative is None


def test_normal_qq_agrees_with_scipy():
    residual = np.random.default_rng(0).standard_t(4, 200)

    found = normal_qq(residual, np.zeros(200))

    (theoretical, ordered), (slope, intercept, r) = stats.probplot(residual)
    assert found.residual == ordered.tolist()
    assert found.theoretical == pytest.approx(theoretical, abs=1e-4)
    assert (found.slope, found.intercept, found.correlation) == pytest.approx(
        (slope, intercept, r)
    )
    assert found.excess_kurtosis == pytest.approx(stats.kurtosis(residual))


def test_normal_qq_of_many_rows_keeps_both_ends():
    residual = np.random.default_rng(0).normal(size=20_000)

    found = normal_qq(residual, np.zeros(20_000))

    ordered = np.sort(residual)
    assert len(found.residual) <= MAX_POINTS
    assert found.residual == sorted(found.residual)
    assert found.residual[:20] == ordered[:20].tolist()
    assert found.residual[-20:] == ordered[-20:].tolist()
    assert found.slope == pytest.approx(1, abs=0.03)


def test_normal_qq_of_equal_residuals_has_no_shape():
    found = normal_qq([1.0, 2, 3], [0.0, 1, 2])

    assert (found.correlation, found.skewness) == (None, None)
    assert normal_qq([1.0, 2], [0.0, 1]) is None


def test_log_losses_have_scikit_learns_log_loss_as_their_mean():
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet(np.ones(4), 100)
    probabilities[0] = [1, 0, 0, 0]
    y = rng.integers(0, 4, 100)
    y[0] = 3

    found = log_losses(y, probabilities)

    assert found.mean() == pytest.approx(
        log_loss(y, probabilities, labels=range(4)), rel=1e-6
    )
    assert worst(found, n_rows=1).tolist() == [0]


def test_worst_keeps_the_order_of_equals():
    assert worst([1, 3, 3, 2], n_rows=3).tolist() == [1, 2, 3]
