import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.search.problem import SpecError
from runs.search.spaces import (
    Choices,
    Fixed,
    FloatRange,
    IntRange,
    contains,
    grid_size,
    grid_values,
    parse_space,
    size_of,
    space_to_json,
    value_at,
)


def test_parse_space_reads_every_form():
    data = {
        "n_estimators": {"type": "int", "low": 50, "high": 300, "step": 50},
        "min_samples_leaf": {"type": "int", "low": 1, "high": 9, "log": True},
        "max_features": {"type": "float", "low": 0.25, "high": 1, "step": 0.25},
        "max_depth": [None, 3, 10.0],
        "criterion": "gini",
        "bootstrap": {"type": "categorical", "choices": [True, False]},
    }

    space = parse_space(data, algorithm="random_forest")

    assert space == {
        "n_estimators": IntRange(50, 300, step=50),
        "min_samples_leaf": IntRange(1, 9, log=True),
        "max_features": FloatRange(0.25, 1.0, step=0.25),
        "max_depth": Choices((None, 3, 10)),
        "criterion": Fixed("gini"),
        "bootstrap": Choices((True, False)),
    }
    assert all(type(depth) is not float for depth in space["max_depth"].choices)


def test_parse_space_repeated_value_is_kept_once():
    space = parse_space(
        {"max_iter": [100, 100, 50]}, algorithm="hist_gradient_boosting"
    )

    assert space == {"max_iter": Choices((100, 50))}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"n_tree": [1]}, "has no parameter 'n_tree'; it has n_estimators"),
        ({"n_estimators": []}, "empty list"),
        (
            {"max_depth": {"type": "int", "low": 2, "high": 5, "step": 4}},
            "step of 4, larger than its range from 2 to 5",
        ),
        ({"n_estimators": ["many"]}, "whole numbers from 1, not 'many'"),
        ({"n_estimators": [0]}, "not 0"),
        ({"n_estimators": [1.5]}, "not 1.5"),
        ({"n_estimators": [True]}, "not True"),
        ({"n_estimators": [[1]]}, r"not \[1\]"),
        ({"n_estimators": {"low": 1, "high": 2}}, '"type"'),
        ({"n_estimators": {"type": "int", "low": 5, "high": 2}}, "above its high"),
        ({"n_estimators": {"type": "int", "low": 1}}, '"high"'),
        ({"n_estimators": {"type": "int", "low": 1, "high": 2.5}}, "whole numbers"),
        ({"n_estimators": {"type": "float", "low": 1, "high": 2}}, "int range"),
        (
            {"n_estimators": {"type": "int", "low": 1, "high": 9, "step": 0}},
            "step above",
        ),
        ({"n_estimators": {"type": "int", "low": 1, "high": 9, "stop": 1}}, "'stop'"),
        (
            {
                "n_estimators": {
                    "type": "int",
                    "low": 1,
                    "high": 9,
                    "step": 2,
                    "log": True,
                }
            },
            "not both",
        ),
        ({"max_features": [1.5]}, "numbers above 0 to 1"),
        ({"max_features": {"type": "float", "low": 0.1, "high": 5}}, "not 5.0"),
        ({"ccp_alpha": {"type": "float", "low": 0, "high": 1, "log": True}}, "above 0"),
        ({"ccp_alpha": [float("nan")]}, "not nan"),
        ({"criterion": ["best"]}, "accepts gini"),
    ],
)
def test_parse_space_bad_entry_names_algorithm_and_parameter(entry, words):
    with pytest.raises(SpecError, match=words) as caught:
        parse_space(entry, algorithm="random_forest")

    assert caught.value.algorithm == "random_forest"
    assert caught.value.parameter == next(iter(entry))
    assert caught.value.field == "space"


def test_parse_space_not_an_object_is_refused():
    with pytest.raises(SpecError, match="must be an object"):
        parse_space([1, 2], algorithm="ridge")


def test_parse_space_unknown_algorithm_is_refused():
    with pytest.raises(SpecError, match="known are baseline, logistic_regression"):
        parse_space({}, algorithm="perceptron")


numbers = st.floats(0.001, 1000, allow_nan=False)
distributions = st.one_of(
    st.builds(
        lambda a, b, log: FloatRange(min(a, b), max(a, b), log),
        numbers,
        numbers,
        st.booleans(),
    ),
    st.builds(
        # A step is never larger than its range, and of none there is none.
        lambda low, width, share: FloatRange(low, low + width, step=share * width),
        numbers,
        numbers,
        st.floats(0.01, 1),
    ).filter(lambda found: (found.step or 0) <= found.high - found.low),
    st.lists(numbers, min_size=1, unique=True).map(
        lambda values: Choices(tuple(values))
    ),
)


@given(distributions)
def test_space_to_json_parses_back_to_the_same_space(distribution):
    space = {"C": distribution}

    data = json.loads(json.dumps(space_to_json(space)))

    assert parse_space(data, algorithm="logistic_regression") == space


@given(st.integers(1, 50), st.integers(0, 50), st.integers(1, 9), st.booleans())
def test_space_to_json_int_range_parses_back(low, width, step, log):
    steps = 1 if log or not width else min(step, width)
    distribution = IntRange(low, low + width, log, steps)
    space = {"max_iter": distribution}

    assert parse_space(space_to_json(space), algorithm="ridge") == space


def test_grid_values_of_countable_distributions():
    assert grid_values(Choices((None, "sqrt", 3))) == [None, "sqrt", 3]
    assert grid_values(IntRange(1, 10, step=4)) == [1, 5, 9]
    assert grid_values(FloatRange(0.1, 0.4, step=0.1)) == [0.1, 0.2, 0.3, 0.4]
    assert grid_values(FloatRange(0.5, 0.5)) == [0.5]


def test_grid_values_continuous_proposes_ways_out():
    with pytest.raises(SpecError, match="list of values or a step, or use random"):
        grid_values(FloatRange(0.1, 1.0))


@given(distributions)
def test_contains_every_listed_value(distribution):
    size = size_of(distribution)
    for index in range(min(size or 0, 20)):
        assert contains(distribution, value_at(distribution, index))


@pytest.mark.parametrize(
    ("distribution", "value"),
    [
        (Choices((1, 2)), 3),
        (Choices((1, 2)), True),
        (IntRange(1, 9, step=2), 4),
        (IntRange(1, 9), 1.0),
        (IntRange(1, 9), 10),
        (FloatRange(0.1, 1.0), "sqrt"),
        (FloatRange(0.1, 1.0, step=0.3), 0.5),
    ],
)
def test_contains_other_value_is_false(distribution, value):
    assert not contains(distribution, value)


def test_grid_size_of_billions_is_counted_not_listed():
    space = {name: IntRange(1, 1000) for name in "abcd"}

    assert grid_size(space) == 10**12


def test_grid_size_continuous_names_parameter():
    with pytest.raises(SpecError, match=r"^C: ") as caught:
        grid_size({"C": FloatRange(0.1, 1.0)})

    assert caught.value.parameter == "C"
