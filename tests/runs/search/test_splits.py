import numpy as np
import pytest
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from runs.search.problem import SpecError, TaskType
from runs.search.splits import Split, fold_key, fold_rows, holdout_rows

Y = np.repeat([0, 1], [70, 30])


@pytest.mark.parametrize("task", [TaskType.BINARY, TaskType.REGRESSION])
def test_holdout_rows_equal_train_test_split(task):
    stratify = Y if task is TaskType.BINARY else None

    train, holdout = holdout_rows(Y, Split(5, 0.25, 3, task))

    expected = train_test_split(
        np.arange(100), test_size=0.25, random_state=3, stratify=stratify
    )
    assert [train.tolist(), holdout.tolist()] == [rows.tolist() for rows in expected]


def test_holdout_rows_of_nothing_keeps_all_in_order():
    train, holdout = holdout_rows(Y, Split(5, 0.0, 3, TaskType.BINARY))

    assert train.tolist() == list(range(100))
    assert len(holdout) == 0


@pytest.mark.parametrize(
    ("task", "kind"),
    [(TaskType.MULTICLASS, StratifiedKFold), (TaskType.REGRESSION, KFold)],
)
def test_fold_rows_equal_scikit_learn(task, kind):
    rows = fold_rows(Y, Split(4, 0.25, 7, task))

    expected = kind(4, shuffle=True, random_state=7).split(Y, Y)
    for (train, test), (right_train, right_test) in zip(rows, expected, strict=True):
        assert train.tolist() == right_train.tolist()
        assert test.tolist() == right_test.tolist()


@pytest.mark.parametrize(
    ("y", "task", "field"),
    [
        (np.array([0] * 9 + [1] * 2), TaskType.BINARY, "n_splits"),
        (np.array([1.0, 2.0]), TaskType.REGRESSION, "n_splits"),
    ],
)
def test_fold_rows_too_few_rows_is_refused(y, task, field):
    with pytest.raises(SpecError, match="use fewer") as caught:
        fold_rows(y, Split(3, 0.0, 0, task))

    assert caught.value.field == field


def test_holdout_rows_class_with_one_row_is_refused():
    with pytest.raises(SpecError) as caught:
        holdout_rows(np.array([0] * 9 + [1]), Split(3, 0.25, 0, TaskType.BINARY))

    assert caught.value.field == "holdout_fraction"


def test_fold_key_differs_with_each_part():
    split = Split(5, 0.25, 0, TaskType.BINARY)
    base = {"data": "d", "target": "t", "columns": ["a", "b"], "split": split}
    changes = [
        {},
        {"data": "e"},
        {"target": "u"},
        {"columns": ["b", "a"]},
        {"split": Split(5, 0.25, 1, TaskType.BINARY)},
        {"split": Split(5, 0.25, 0, TaskType.MULTICLASS)},
    ]

    keys = {fold_key(**{**base, **change}) for change in changes}

    assert len(keys) == len(changes)
    assert fold_key(**base) in keys
