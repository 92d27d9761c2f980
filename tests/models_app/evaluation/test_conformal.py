import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_predict

from models_app.evaluation.conformal import LEVELS, half_width, half_widths
from models_app.evaluation.coverage import measured_across, measured_apart
from models_app.evaluation.proportions import wilson

scores = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


def test_half_width_is_the_order_statistic_of_split_conformal_prediction():
    values = np.arange(1, 20)[::-1]  # 19 scores

    assert half_width(values, 0.9) == 18  # ceil(20 * 0.9)
    assert half_width(values, 0.95) == 19  # 20 * 0.95, not a little more
    assert half_width(values, 0.96) == math.inf  # would be the 20th of 19


@settings(deadline=None)
@given(scores, st.floats(0.01, 0.99))
def test_half_width_leaves_enough_scores_inside(values, level):
    width = half_width(values, level)

    inside = sum(value <= width for value in values)
    needed = (len(values) + 1) * level
    assert width == math.inf or inside >= needed - 1e-6
    assert width <= half_width(values, min(level + 0.005, 0.999))


def test_half_width_covers_a_new_row_as_often_as_its_level_says():
    rng = np.random.default_rng(0)
    n_rows, n_times = 39, 20_000
    drawn = rng.exponential(size=(n_times, n_rows + 1))

    for level in LEVELS:
        inside = [half_width(row[:-1], level) >= row[-1] for row in drawn]
        # Exact for continuous scores: the rank is uniform on 1 to n + 1.
        expected = math.ceil(round((n_rows + 1) * level, 9)) / (n_rows + 1)
        assert np.mean(inside) == pytest.approx(expected, abs=0.01)


def test_out_of_fold_widths_cover_rows_of_the_refitted_model():
    rng = np.random.default_rng(1)
    coverages = []
    for _ in range(60):
        X = rng.normal(size=(600, 3))
        y = X @ [1.0, 2.0, 0.0] + rng.standard_t(3, 600)
        train, test = slice(0, 300), slice(300, None)
        folds = KFold(5, shuffle=True, random_state=0)
        guessed = cross_val_predict(LinearRegression(), X[train], y[train], cv=folds)
        model = LinearRegression().fit(X[train], y[train])
        predicted = model.predict(X[test])

        found = measured_apart(
            abs(y[train] - guessed), guessed, abs(y[test] - predicted), predicted
        )

        coverages.append([level.coverage for level in found.levels])
    assert np.mean(coverages, axis=0) == pytest.approx(LEVELS, abs=0.012)


def test_measured_across_does_not_let_a_row_widen_its_own_interval():
    # Each fold's errors are of another size: each is measured by those of the others.
    errors = np.repeat([1.0, 2.0, 3.0], 20)
    groups = np.repeat([0, 1, 2], 20)

    found = measured_across(errors, np.arange(60), groups, levels=[0.45, 0.9])

    # At 0.45, widths are 2, 1, 1: only the first fold is inside.
    assert found.levels[0].half_width == 2
    assert found.levels[0].coverage == pytest.approx(1 / 3)
    # At 0.9, they are 3, 3, 2.
    assert found.levels[1].coverage == pytest.approx(2 / 3)


def test_measured_across_covers_as_often_as_the_levels_say():
    rng = np.random.default_rng(2)
    errors = rng.exponential(size=5_000)

    found = measured_across(errors, rng.normal(size=5_000), np.arange(5_000) % 5)

    assert [level.coverage for level in found.levels] == pytest.approx(
        LEVELS, abs=0.015
    )
    for level in found.levels:
        assert level.low < level.coverage < level.high


def test_too_few_rows_for_a_level_have_no_width():
    found = measured_apart([1, 2, 3], [0, 0, 0], [1.0, 5.0], [0, 0], levels=[0.5, 0.95])

    assert found.levels[0].half_width == 2
    assert tuple(found.levels[1])[1:] == (None,) * 5
    assert found.groups == []


def as_stored(found):
    return {
        "levels": [level._asdict() for level in found.levels],
        "groups": [group._asdict() for group in found.groups],
    }


def test_groups_find_where_intervals_are_too_narrow_and_have_their_own_widths():
    predicted = np.arange(400.0)
    errors = np.where(predicted < 240, 1.0, 10.0)

    found = measured_apart(errors, predicted, errors, predicted, levels=[0.5])

    assert [group.n_rows for group in found.groups] == [80] * 5
    assert [group.coverages for group in found.groups] == [[1], [1], [1], [0], [0]]
    assert [group.half_widths for group in found.groups] == [[1]] * 3 + [[10]] * 2
    assert [group.local_coverages for group in found.groups] == [[1]] * 5
    widths = half_widths(as_stored(found), 0.5, [-5.0, 200, 300, 1e6])
    assert widths.tolist() == [1, 1, 10, 10]


def test_widths_by_prediction_hold_in_each_group():
    rng = np.random.default_rng(4)
    predicted, new = rng.uniform(1, 9, (2, 20_000))
    spread = rng.exponential(size=20_000) * predicted**2
    tested = rng.exponential(size=20_000) * new**2

    found = measured_apart(spread, predicted, tested, new)

    for at, level in enumerate(LEVELS):
        local = [group.local_coverages[at] for group in found.groups]
        assert local == pytest.approx([level] * 5, abs=0.02)
        assert found.levels[at].local_coverage == pytest.approx(level, abs=0.01)
        assert found.groups[0].coverages[at] > found.groups[-1].coverages[at] + 0.1


def test_half_widths_without_groups_are_those_of_all_rows():
    found = measured_across(np.arange(1.0, 41), np.zeros(40), np.arange(40) % 5)

    widths = half_widths(as_stored(found), 0.9, [1.0, 2.0])

    assert widths.tolist() == [found.levels[1].half_width] * 2


def test_groups_of_a_model_that_predicts_the_same_are_none():
    found = measured_across(np.arange(500.0), np.zeros(500), np.arange(500) % 5)

    assert found.groups == []
    assert found.levels[0].coverage == pytest.approx(0.8, abs=0.02)


@settings(deadline=None)
@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_agrees_with_scipy(n, share):
    hits = round(n * share)

    low, high = wilson(hits, n)

    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
