import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.search.algorithms import ALGORITHMS
from runs.search.converting import listed, points, ranged
from runs.search.spaces import (
    Choices,
    Conditional,
    Fixed,
    FloatRange,
    IntRange,
    contains,
    grid_size,
    parse_space,
    space_to_json,
)

OFFERED = [
    (a, task) for a in ALGORITHMS.values() if a.offered for task in sorted(a.tasks)
]


@pytest.mark.parametrize(
    ("distribution", "n", "expected"),
    [
        (IntRange(2, 12), 3, (2, 7, 12)),
        (IntRange(2, 4), 5, (2, 3, 4)),
        (IntRange(50, 400, step=50), 3, (50, 250, 400)),
        (IntRange(1, 100, log=True), 3, (1, 10, 100)),
        (FloatRange(0.001, 10.0, log=True), 5, (0.001, 0.01, 0.1, 1.0, 10.0)),
        (FloatRange(0.0, 1.0), 5, (0.0, 0.25, 0.5, 0.75, 1.0)),
        (FloatRange(0.0, 1.0, step=0.3), 3, (0.0, 0.6, 0.9)),
        (FloatRange(0.0, 1.0), 1, (0.0,)),
        (FloatRange(0.5, 0.5), 4, (0.5,)),
    ],
)
def test_points_are_spread_evenly_on_the_range_s_own_scale(distribution, n, expected):
    assert points(distribution, n) == Choices(expected)


@given(
    low=st.floats(1e-6, 1e6),
    factor=st.floats(1.0, 1e6),
    log=st.booleans(),
    n=st.integers(2, 30),
)
def test_points_are_distinct_and_within_the_range(low, factor, log, n):
    distribution = FloatRange(low, low * factor, log)

    values = points(distribution, n).choices

    assert len(values) <= n
    assert list(values) == sorted(set(values))
    assert all(contains(distribution, value) for value in values)
    assert (values[0], values[-1]) == (distribution.low, distribution.high)


@pytest.mark.parametrize(("algorithm", "task"), OFFERED)
def test_every_default_space_becomes_a_grid_that_is_read_as_such(algorithm, task):
    grid = listed(algorithm.space(task), 3)

    assert grid_size(grid) >= 1
    assert parse_space(space_to_json(grid), algorithm=algorithm.name) == grid


def test_ranged_takes_kind_and_scale_from_the_usual_space():
    usual = {
        "learning_rate": FloatRange(0.02, 0.2, log=True),
        "max_depth": IntRange(2, 10),
        "degree": Conditional(IntRange(2, 4), "kernel", ("poly",)),
        "n_estimators": Fixed("auto"),
    }
    grid = {
        "learning_rate": Choices((0.1, 0.05)),
        "max_depth": Choices((3, 9, 6)),
        "degree": Conditional(Choices((2, 3)), "kernel", ("poly",)),
        "n_estimators": Choices((25, 200)),
        "other": Choices((1, 2)),
    }

    assert ranged(grid, usual) == {
        "learning_rate": FloatRange(0.05, 0.1, log=True),
        "max_depth": IntRange(3, 9),
        "degree": Conditional(IntRange(2, 3), "kernel", ("poly",)),
        "n_estimators": Choices((25, 200)),
        "other": Choices((1, 2)),
    }


@pytest.mark.parametrize("values", [(2, None), (5,), (True, 2, 3), ("auto", 3)])
def test_ranged_leaves_lists_that_say_more_than_a_range(values):
    space = {"max_depth": Choices(values)}

    assert ranged(space, {"max_depth": IntRange(1, 20)}) == space


def test_ranged_list_from_zero_is_on_a_linear_scale():
    space = {"alpha": Choices((0.0, 1.0))}

    assert ranged(space, {"alpha": FloatRange(1e-4, 10.0, log=True)}) == {
        "alpha": FloatRange(0.0, 1.0)
    }
