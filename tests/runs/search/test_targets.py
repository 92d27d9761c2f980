import numpy as np
import pandas as pd
import pytest

from runs.search.folds import encode_target
from runs.search.problem import SpecError, TaskType
from runs.search.targets import clean_target


@pytest.mark.parametrize(
    ("values", "classes", "codes"),
    [
        (["b", "a", "b"], ["a", "b"], [1, 0, 1]),
        ([3, 1, 2], [1, 2, 3], [2, 0, 1]),
        ([1.0, 0.0, 1.0], [0, 1], [1, 0, 1]),
        ([0.5, 0.0, 0.5], [0.0, 0.5], [1, 0, 1]),
        ([True, False, True], [False, True], [1, 0, 1]),
        (pd.Categorical(["x", "y", "x"]), ["x", "y"], [0, 1, 0]),
        (pd.Series(["b", 1, "b"], dtype=object), ["1", "b"], [1, 0, 1]),
    ],
)
def test_encode_target_classes_are_sorted_plain_values(values, classes, codes):
    y, found = encode_target(pd.Series(values), TaskType.BINARY)

    assert found == classes
    assert [type(c) for c in found] == [type(c) for c in classes]
    assert y.tolist() == codes
    assert y.dtype == np.int64


def test_encode_target_numbers_stay_for_regression():
    y, classes = encode_target(pd.Series([3, 1, 2]), TaskType.REGRESSION)

    assert y.tolist() == [3.0, 1.0, 2.0]
    assert y.dtype == np.float64
    assert classes == []


@pytest.mark.parametrize(
    ("values", "task", "field"),
    [
        (["a", None], TaskType.BINARY, "target"),
        ([1.0, np.nan], TaskType.REGRESSION, "target"),
        ([1.0, np.inf], TaskType.REGRESSION, "target"),
        (["a", "b"], TaskType.REGRESSION, "task"),
    ],
)
def test_clean_target_unusable_names_field(values, task, field):
    with pytest.raises(SpecError) as caught:
        clean_target(pd.Series(values), task)

    assert caught.value.field == field
