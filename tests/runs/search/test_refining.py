import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.search.describing import describe
from runs.search.refining import refine_space
from runs.search.spaces import (
    Choices,
    Conditional,
    Fixed,
    FloatRange,
    IntRange,
    contains,
    parse_space,
    space_to_json,
)


def scored(name, values):
    """Return trials, the first of which is the best."""
    return [({name: value}, -float(i)) for i, value in enumerate(values)]


def test_range_becomes_the_span_of_the_best_and_half_a_step():
    space = {"subsample": FloatRange(0.1, 1.0)}
    trials = scored("subsample", [0.5, 0.4, 0.6, 0.45, 0.55])

    [change] = refine_space(space, trials, algorithm="xgboost").changes

    # Four gaps of 0.05 between five values.
    assert change.after == FloatRange(0.375, 0.625)
    assert not change.beyond


def test_logarithmic_range_is_narrowed_on_its_own_scale():
    space = {"C": FloatRange(1e-4, 1e4, log=True)}
    trials = scored("C", [1.0, 0.1, 10.0, 0.1, 10.0])

    found = refine_space(space, trials, algorithm="logistic_regression")

    after = found.space["C"]
    assert after.log
    assert (after.low, after.high) == pytest.approx((0.0316, 31.62), rel=1e-3)


def test_best_at_a_bound_reaches_beyond_it():
    space = {"max_depth": IntRange(2, 12)}
    trials = scored("max_depth", [12, 11, 10, 11, 10])

    [change] = refine_space(space, trials, algorithm="decision_tree").changes

    assert change.after == IntRange(9, 13)
    assert change.beyond


def test_bound_that_the_estimator_sets_is_not_passed():
    space = {"subsample": FloatRange(0.5, 1.0)}
    trials = scored("subsample", [1.0, 0.9, 0.95, 0.9, 1.0])

    found = refine_space(space, trials, algorithm="xgboost")

    assert found.space["subsample"].high == 1.0


def test_steps_stay_those_of_the_range():
    space = {"n_estimators": IntRange(50, 500, step=50)}
    trials = scored("n_estimators", [200, 250, 200, 250, 300])

    found = refine_space(space, trials, algorithm="random_forest")

    assert found.space["n_estimators"] == IntRange(150, 350, step=50)


def test_only_the_best_tenth_counts():
    space = {"max_depth": IntRange(1, 100)}
    trials = scored("max_depth", [50, 52, 54, 51, 53, 55, *range(1, 61)])

    found = refine_space(space, trials, algorithm="decision_tree")

    assert (found.n_best, found.n_trials) == (7, 66)


def test_categories_that_do_not_occur_are_dropped():
    space = {"criterion": Choices(("gini", "entropy", "log_loss"))}
    trials = scored(
        "criterion", ["gini", "entropy", "gini", "gini", "gini", "log_loss"]
    )

    found = refine_space(space, trials, algorithm="decision_tree")

    assert found.space["criterion"] == Choices(("gini", "entropy"))


def test_list_of_numbers_gets_what_lies_between():
    space = {"C": Choices((0.01, 1.0, 100.0))}
    trials = scored("C", [1.0] * 5)

    found = refine_space(space, trials, algorithm="logistic_regression")

    assert found.space["C"] == Choices((0.1, 1.0, 10.0))


def test_fixed_value_stays():
    space = {"max_depth": Fixed(3)}

    found = refine_space(space, scored("max_depth", [3] * 6), algorithm="decision_tree")

    assert found.space == space
    assert found.changes == []


def test_parameter_whose_condition_is_gone_is_dropped():
    space = {
        "kernel": Choices(("rbf", "poly")),
        "degree": Conditional(IntRange(2, 4), "kernel", ("poly",)),
    }
    trials = scored("kernel", ["rbf"] * 6)

    found = refine_space(space, trials, algorithm="kernel_svm")

    assert list(found.space) == ["kernel"]
    assert [(c.parameter, c.after) for c in found.changes][1] == ("degree", None)


def test_four_trials_are_too_few():
    space = {"max_depth": IntRange(1, 9)}

    found = refine_space(space, scored("max_depth", [3] * 4), algorithm="decision_tree")

    assert (found.space, found.n_best, found.n_trials) == (space, 0, 4)


RANGES = st.one_of(
    st.builds(
        lambda low, width, step: IntRange(low, low + max(width, step), step=step),
        st.integers(1, 50),
        st.integers(1, 90),
        st.integers(1, 5),
    ),
    st.builds(
        lambda low, factor: IntRange(low, low * factor, log=True),
        st.integers(1, 50),
        st.integers(2, 50),
    ),
)


@settings(max_examples=80, deadline=None)
@given(RANGES, st.data())
def test_proposal_is_a_space_and_has_the_best_in_it(before, data):
    size = (before.high - before.low) // before.step
    steps = data.draw(st.lists(st.integers(0, size), min_size=5, max_size=30))
    values = [before.low + before.step * n for n in steps]
    space = {"min_samples_leaf": before}

    found = refine_space(
        space, scored("min_samples_leaf", values), algorithm="decision_tree"
    )

    assert parse_space(space_to_json(found.space), algorithm="decision_tree")
    assert contains(found.space["min_samples_leaf"], values[0])


@settings(max_examples=80, deadline=None)
@given(st.floats(1e-6, 10), st.floats(1.01, 1e6), st.booleans(), st.data())
def test_proposal_for_real_numbers_has_the_best_in_it(low, factor, log, data):
    before = FloatRange(low, low * factor, log)
    numbers = st.floats(before.low, before.high)
    values = data.draw(st.lists(numbers, min_size=5, max_size=30))

    found = refine_space(
        {"C": before}, scored("C", values), algorithm="logistic_regression"
    )

    assert parse_space(space_to_json(found.space), algorithm="logistic_regression")
    after = found.space["C"]
    assert after.low <= values[0] * (1 + 1e-3)
    assert after.high >= values[0] * (1 - 1e-3)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (None, "its default"),
        (IntRange(2, 5), "2 to 5"),
        (IntRange(50, 500, step=50), "50 to 500 in steps of 50"),
        (FloatRange(0.001, 1, log=True), "0.001 to 1 (log)"),
        (Choices((1, None, True)), "1, None or True"),
        (Choices(tuple(range(10))), "10 values from 0 to 9"),
        (Fixed("saga"), "always saga"),
        (
            Conditional(IntRange(2, 4), "kernel", ("poly",)),
            "2 to 4, where kernel is poly",
        ),
    ],
)
def test_spelled_distribution(distribution, words):
    assert describe(distribution) == words
