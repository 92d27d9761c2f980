import math

import numpy as np
import pytest

from runs.charts.trials import Axis, Selection, axes_of
from tests.runs.charts.trials import row, trials


def test_values_of_trials_that_failed_or_were_pruned_are_unknown():
    found = trials(row(1, None), row(0, 0.8), row(2, 0.7, state="pruned"))

    assert found.number.tolist() == [0, 1, 2]
    assert found.value[0] == 0.8
    assert np.isnan(found.value[1:]).all()
    assert len(found.scored) == 1


def test_spread_and_gap_are_those_of_numpy():
    folds, train = [0.7, 0.8, 0.95], [0.9, 0.99, 0.97]
    found = trials(row(0, 0.8, folds=folds, train=train), row(1, 0.8, folds=[0.8]))

    assert found.spread[0] == pytest.approx(np.std(folds, ddof=1))
    assert found.gap[0] == pytest.approx(np.mean(train) - np.mean(folds))
    assert np.isnan(found.spread[1])
    assert np.isnan(found.gap[1])


def test_gap_of_a_metric_of_which_less_is_better_is_turned():
    found = trials(row(0, 3.0, folds=[3.0], train=[1.0]), sign=-1.0)

    assert found.gap.tolist() == [2.0]


def test_no_trials_are_empty_columns():
    found = trials()

    assert (len(found), found.spread.tolist(), found.gap.tolist()) == (0, [], [])


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        (Selection(), [0, 1, 2, 3]),
        (Selection(algorithms=frozenset({"ridge"})), [3]),
        (Selection(states=frozenset({"failed"})), [2]),
        (Selection(ranges={"value": (0.85, math.inf)}), [1, 3]),
        (Selection(ranges={"depth": (2, 4)}), [0]),
        (Selection(values={"kernel": frozenset({"rbf"})}), [0]),
        (Selection(values={"kernel": frozenset({"None"})}), [1]),
        (Selection(ranges={"depth": (2, 4), "value": (0.85, 1)}), []),
    ],
)
def test_selection_keeps_what_fits_everything(selection, numbers):
    found = trials(
        row(0, 0.8, params={"depth": 2, "kernel": "rbf"}),
        row(1, 0.9, params={"depth": 9, "kernel": None}),
        row(2, None),
        row(3, 0.9, algorithm="ridge"),
    )

    assert found.take(selection.mask(found)).number.tolist() == numbers


def test_axes_follow_the_distributions():
    space = {
        "rate": {"type": "float", "low": 0.001, "high": 1, "log": True},
        "C": {"type": "categorical", "choices": [0.1, 1, 10, 100]},
        "depth": {"type": "categorical", "choices": [2, 4, None]},
        "degree": {"type": "int", "low": 2, "high": 5, "when": {"kernel": ["poly"]}},
        "fixed": {"type": "fixed", "value": 3},
    }

    assert axes_of(space, trials()) == [
        Axis("rate", log=True),
        Axis("C", log=True),
        Axis("depth", values=("2", "4", "None")),
        Axis("degree", when="kernel = poly"),
    ]


def test_axis_has_values_that_were_added_by_hand():
    space = {"kernel": {"type": "categorical", "choices": ["rbf", "poly"]}}

    [axis] = axes_of(space, trials(row(0, params={"kernel": "linear"})))

    assert axis.values == ("rbf", "poly", "linear")


def test_logarithmic_axis_with_a_zero_is_a_plain_one():
    space = {"alpha": {"type": "float", "low": 0.1, "high": 1, "log": True}}

    [axis] = axes_of(space, trials(row(0, params={"alpha": 0.0})))

    assert not axis.log
