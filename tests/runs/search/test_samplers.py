import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.search.algorithms import ALGORITHMS
from runs.search.problem import TaskType
from runs.search.samplers import draw
from runs.search.spaces import Choices, FloatRange, IntRange, contains

SPACE = {
    "b": IntRange(1, 9, step=2),
    "a": FloatRange(1e-4, 1.0, log=True),
    "c": Choices((None, "x", True, 3)),
    "d": FloatRange(0.1, 0.9, step=0.1),
    "e": IntRange(1, 1000, log=True),
}


@given(st.integers(0, 2**32), st.integers(0, 10**6), st.integers(0, 9))
def test_draw_lies_in_the_space_in_plain_types(seed, index, attempt):
    params = draw(SPACE, seed=seed, index=index, attempt=attempt)

    assert all(contains(SPACE[name], value) for name, value in params.items())
    assert json.loads(json.dumps(params)) == params
    assert list(params) == sorted(SPACE)


def test_draw_is_the_same_for_any_order_of_names():
    turned = dict(reversed(SPACE.items()))

    assert draw(SPACE, seed=1, index=2) == draw(turned, seed=1, index=2)


@pytest.mark.parametrize("change", [{"seed": 1}, {"index": 1}, {"attempt": 1}])
def test_draw_differs_with_each_argument(change):
    base = {"seed": 0, "index": 0, "attempt": 0}

    assert draw(SPACE, **base) != draw(SPACE, **{**base, **change})


def test_draw_reaches_every_choice_and_both_ends():
    drawn = [draw(SPACE, seed=0, index=i) for i in range(150)]

    assert {params["c"] for params in drawn} == {None, "x", True, 3}
    assert {params["b"] for params in drawn} == {1, 3, 5, 7, 9}
    assert {params["d"] for params in drawn} == {i / 10 for i in range(1, 10)}


def test_draw_of_default_spaces_and_of_none():
    for algorithm in filter(lambda a: a.offered, ALGORITHMS.values()):
        for task in algorithm.tasks:
            assert draw(algorithm.space(task), seed=0, index=0)
    assert draw({}, seed=0, index=0) == {}
    assert TaskType.BINARY in ALGORITHMS["random_forest"].tasks
