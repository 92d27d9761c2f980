import pytest

from runs.search.problem import (
    SpecError,
    TaskType,
    check_target,
    detect_task,
    positive_class,
)

GOOD = {
    "task": TaskType.BINARY,
    "classes": [("no", 60), ("yes", 40)],
    "n_known": 100,
    "distinct": 2,
    "kind": "category",
    "n_splits": 5,
    "holdout_fraction": 0.25,
}


@pytest.mark.parametrize(
    ("kind", "distinct", "n_rows", "dtype", "expected"),
    [
        ("numeric", 2, 900, "int64", TaskType.BINARY),
        ("boolean", 2, 900, "bool", TaskType.BINARY),
        ("category", 3, 900, "string", TaskType.MULTICLASS),
        ("text", 800, 900, "string", TaskType.MULTICLASS),
        ("numeric", 7, 900, "int64", TaskType.MULTICLASS),
        ("numeric", 7, 100, "int64", TaskType.REGRESSION),
        ("numeric", 21, 900, "int64", TaskType.REGRESSION),
        ("numeric", 7, 900, "float64", TaskType.REGRESSION),
    ],
)
def test_detect_task_of_profile(kind, distinct, n_rows, dtype, expected):
    task = detect_task(kind=kind, distinct=distinct, n_rows=n_rows, dtype=dtype)

    assert task is expected


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ([("0", 10), ("1", 90)], "1"),
        ([("Yes", 90), ("No", 10)], "Yes"),
        ([("+", 50), ("-", 40)], "+"),
        ([("negative", 10), ("sick", 90)], "sick"),
        ([("ham", 90), ("spam", 10)], "spam"),
        ([("a", 50), ("b", 50)], "b"),
    ],
)
def test_positive_class_of_labels(classes, expected):
    assert positive_class(classes) == expected


def test_check_target_good_passes():
    check_target(**GOOD)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"n_splits": 1}, "n_splits", "2 folds"),
        ({"holdout_fraction": 1.0}, "holdout_fraction", "between"),
        ({"holdout_fraction": -0.1}, "holdout_fraction", "between"),
        ({"n_known": 0, "distinct": 0, "classes": []}, "target", "missing"),
        ({"distinct": 1, "classes": [("no", 100)]}, "target", "one value"),
        ({"distinct": 3}, "task", "multiclass"),
        ({"classes": [("no", 96), ("yes", 4)]}, "n_splits", '"yes" has 4 rows'),
        ({"classes": [("no", 94), ("yes", 6)]}, "n_splits", "of which 4 remain"),
        ({"classes": [("no", 99), ("yes", 1)]}, "target", '"yes" has 1 row,'),
        ({"holdout_fraction": 0.01}, "holdout_fraction", "larger holdout"),
        ({"task": TaskType.REGRESSION}, "task", "numbers"),
        (
            {"task": TaskType.MULTICLASS, "classes": None, "distinct": 101},
            "target",
            "at most 100",
        ),
        (
            {
                "task": TaskType.MULTICLASS,
                "classes": None,
                "distinct": 101,
                "kind": "numeric",
            },
            "task",
            "choose regression",
        ),
        (
            {
                "task": TaskType.REGRESSION,
                "kind": "numeric",
                "classes": None,
                "n_known": 12,
                "distinct": 12,
            },
            "n_splits",
            "9 remain",
        ),
    ],
)
def test_check_target_impossible_names_field(change, field, words):
    with pytest.raises(SpecError, match=words) as caught:
        check_target(**{**GOOD, **change})

    assert caught.value.field == field


def test_check_target_small_class_without_holdout_may_just_fill_folds():
    check_target(
        **{**GOOD, "classes": [("no", 95), ("yes", 5)], "holdout_fraction": 0.0}
    )
