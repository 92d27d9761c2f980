import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.search.algorithms import ALGORITHMS
from runs.search.nearest import nearest
from runs.search.problem import TaskType
from runs.search.spaces import Choices, Conditional, Fixed, FloatRange, IntRange, fits

SPACE = {
    # Before what it depends on, as a database may return it.
    "degree": Conditional(IntRange(2, 4), "kernel", ("poly",)),
    "kernel": Choices(("rbf", "poly")),
    "C": FloatRange(0.01, 100.0, log=True),
    "shrink": FloatRange(0.1, 0.8, step=0.2),
    "tol": Fixed(1e-3),
}


def test_nearest_leaves_alone_what_the_space_holds():
    for algorithm in ALGORITHMS.values():
        for task in algorithm.tasks:
            space = algorithm.space(task)
            for params in algorithm.first(task):
                assert nearest(space, params) == params


@pytest.mark.parametrize(
    ("distribution", "value", "moved"),
    [
        (IntRange(50, 300, step=100), 20, 50),
        (IntRange(50, 300, step=100), 1000, 250),
        (IntRange(50, 300, step=100), 160, 150),
        (IntRange(2, 5), None, 5),
        (IntRange(1, 100, log=True), "auto", 10),
        (IntRange(1, 9), 4.4, 4),
        (FloatRange(0.1, 1.0), 3, 1.0),
        (FloatRange(0.1, 0.9), "sqrt", 0.5),
        (FloatRange(0.1, 0.9, step=0.1), 0.34, 0.3),
        (Choices((None, 3, 10)), 8, 10),
        (Choices((False, True)), 1, False),
        (Choices(("a", 1)), "b", "a"),
        (Fixed(7), 8, 7),
    ],
)
def test_nearest_value(distribution, value, moved):
    found = nearest({"a": distribution}, {"a": value, "b": 1})["a"]

    assert found == pytest.approx(moved)
    assert type(found) is type(moved)


@given(
    st.dictionaries(
        st.sampled_from([*SPACE, "other"]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-1000, 1000),
            st.floats(-1e6, 1e6),
            st.sampled_from(["rbf", "poly", "auto"]),
        ),
    )
)
def test_nearest_is_a_combination_of_the_space(params):
    assert fits(SPACE, nearest(SPACE, params))


def test_nearest_of_any_algorithm_lies_in_its_grid():
    task = TaskType.MULTICLASS
    for algorithm in ALGORITHMS.values():
        if task in algorithm.tasks and algorithm.offered:
            for params in algorithm.first(task):
                assert fits(algorithm.grid(task), nearest(algorithm.grid(task), params))
