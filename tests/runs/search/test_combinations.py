import pytest

from runs.search.combinations import clean_combinations
from runs.search.problem import SpecError, TaskType

AMONG = ("random_forest", "kernel_svm")


def cleaned(*entries, task=TaskType.BINARY):
    return clean_combinations(entries, task, among=AMONG)


def entry(algorithm="random_forest", **params):
    return {"algorithm": algorithm, "params": params}


def test_combinations_are_cleaned_and_each_is_kept_once():
    found = cleaned(
        entry("rf", n_estimators=50.0, max_depth=None),
        entry(max_depth=None, n_estimators=50),
        entry(max_features=1),
        entry(max_features=1.0),
    )

    assert found == [
        entry(max_depth=None, n_estimators=50),
        entry(max_features=1),
        entry(max_features=1.0),
    ]
    assert [type(e["params"].get("max_features")) for e in found[1:]] == [int, float]


@pytest.mark.parametrize(
    ("wrong", "algorithm", "parameter", "words"),
    [
        (entry(depth=3), "random_forest", "depth", "no parameter 'depth'"),
        (entry(max_depth=0), "random_forest", "max_depth", "whole numbers from 1"),
        (entry("kernel_svm", epsilon=0.1), "kernel_svm", "epsilon", "no parameter"),
        (entry("ridge"), "ridge", None, "no algorithm 'ridge'"),
        (entry("mlp"), "mlp", None, "not among the algorithms"),
        ({"algorithm": "rf"}, None, None, "Combination 1"),
        ({"algorithm": "rf", "params": [1]}, "random_forest", None, "maps parameters"),
        ("rf", None, None, "Combination 1"),
    ],
)
def test_combination_that_cannot_be_is_refused_by_name(
    wrong, algorithm, parameter, words
):
    with pytest.raises(SpecError, match=words) as caught:
        cleaned(wrong)

    error = caught.value
    assert (error.field, error.parameter) in {
        ("enqueued", parameter),
        ("algorithms", parameter),
    }
    assert error.algorithm == algorithm
