"""Every way to divide the rows, against scikit-learn's own splitters."""

import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    PredefinedSplit,
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    TimeSeriesSplit,
)

from runs.search.problem import SpecError, TaskType
from runs.search.splits import Split, fold_rows, holdout_rows

BINARY, REGRESSION = TaskType.BINARY, TaskType.REGRESSION
N_ROWS = 60
Y = np.arange(N_ROWS) % 2
GROUPS = np.array([f"g{i}" for i in np.arange(N_ROWS) // 5])


def same(found, expected):
    assert len(found) == len(expected)
    for (train, test), (train_expected, test_expected) in zip(
        found, expected, strict=True
    ):
        assert np.array_equal(train, train_expected)
        assert np.array_equal(test, test_expected)


def test_repeated_folds_are_scikit_learns():
    split = Split(3, 0, 7, BINARY, "repeated", n_repeats=2)

    expected = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=7)
    same(fold_rows(Y, split), list(expected.split(np.zeros(N_ROWS), Y)))


@pytest.mark.parametrize("task", [BINARY, REGRESSION])
def test_groups_stay_together_in_folds_and_holdout(task):
    split = Split(3, 0.25, 1, task, "group", column="who")

    train, holdout = holdout_rows(Y, split, GROUPS)
    folds = fold_rows(Y[train], split, GROUPS[train])

    assert not set(GROUPS[train]) & set(GROUPS[holdout])
    for fitted, scored in folds:
        assert not set(GROUPS[train][fitted]) & set(GROUPS[train][scored])
    codes = np.unique(GROUPS[train], return_inverse=True)[1]
    kind = StratifiedGroupKFold if task is BINARY else GroupKFold
    splitter = kind(3, shuffle=True, random_state=1)
    expected = list(splitter.split(np.zeros(len(train)), Y[train], codes))
    assert sorted(len(test) for _, test in folds) == sorted(
        len(test) for _, test in expected
    )


def test_time_holds_out_the_latest_rows_and_fits_on_earlier_ones():
    rng = np.random.default_rng(0)
    when = rng.permutation(N_ROWS)
    split = Split(4, 0.2, 0, REGRESSION, "time", column="when")

    train, holdout = holdout_rows(Y, split, when)
    folds = fold_rows(Y[train], split, when[train])

    assert when[train].max() < when[holdout].min()
    assert np.array_equal(when[train], np.sort(when[train]))
    same(folds, list(TimeSeriesSplit(4).split(np.zeros(len(train)))))


def test_single_validation_part_has_its_share_of_each_class():
    split = Split(5, 0, 0, BINARY, "holdout", validation_fraction=0.3)

    [(train, test)] = fold_rows(Y, split)

    assert (len(train), len(test)) == (42, 18)
    assert Y[test].mean() == 0.5


def test_predefined_folds_are_the_columns_values():
    column = np.where(np.arange(N_ROWS) < 10, None, np.arange(N_ROWS) % 3)
    split = Split(3, 0, 0, BINARY, "predefined", column="fold")

    folds = fold_rows(Y, split, column)

    codes = np.where(np.arange(N_ROWS) < 10, -1, np.arange(N_ROWS) % 3)
    same(folds, list(PredefinedSplit(codes).split()))
    # Rows without a fold are always learned from.
    assert all(set(range(10)) <= set(train) for train, _ in folds)


@pytest.mark.parametrize(
    ("split", "by", "field"),
    [
        (Split(3, 0.2, 0, BINARY, "time", column="t"), None, "split_column"),
        (
            Split(3, 0.2, 0, BINARY, "time", column="t"),
            np.where(np.arange(N_ROWS) == 3, np.nan, 1.0),
            "split_column",
        ),
        (Split(3, 0.2, 0, BINARY, "group", column="g"), None, "split_column"),
    ],
)
def test_impossible_holdout_names_the_field(split, by, field):
    with pytest.raises(SpecError) as caught:
        holdout_rows(Y, split, by)

    assert caught.value.field == field


def test_more_folds_than_groups_are_refused():
    split = Split(40, 0, 0, REGRESSION, "group", column="who")

    with pytest.raises(SpecError) as caught:
        fold_rows(Y, split, GROUPS)

    assert caught.value.field == "n_splits"


def test_fold_fitted_on_one_class_is_refused():
    y = (np.arange(N_ROWS) >= 50).astype(int)
    split = Split(3, 0, 0, BINARY, "time", column="when")

    with pytest.raises(SpecError, match="one class only"):
        fold_rows(y, split, np.arange(N_ROWS))
