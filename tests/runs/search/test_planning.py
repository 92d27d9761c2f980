import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import ParameterGrid

from runs.search.algorithms import ALGORITHMS
from runs.search.planning import (
    GRID_LIMIT,
    Plan,
    PlanItem,
    TrialRecord,
    Unit,
    check_plan,
    next_units,
    params_key,
    plan_size,
)
from runs.search.problem import SpecError, TaskType
from runs.search.spaces import Choices, FloatRange, IntRange, contains

TASK = TaskType.BINARY
LOGISTIC = PlanItem("logistic_regression", {"C": Choices((0.1, 1.0, 10.0))})
FOREST = PlanItem(
    "random_forest",
    {
        "n_estimators": Choices((30, 10, 20)),
        "max_depth": Choices((None, 3)),
        "min_samples_leaf": Choices((1, 5)),
    },
)


def grid(*items, n_trials=None, seed=0):
    return Plan("grid", items, n_trials, seed, TASK)


def random(*items, n_trials=10, seed=0):
    return Plan("random", items, n_trials, seed, TASK)


def carried_out(plan, *, limit=4):
    """Ask again and again, as a run does, until nothing is left."""
    units, history = [], []
    while new := next_units(plan, history, limit=limit):
        units += new
        history += records(new, first=len(history))
    return units


def records(units, *, first=0, state="waiting"):
    made = [(unit.algorithm, params) for unit in units for params in unit.params]
    return [
        TrialRecord(algorithm, params, state, None, 0.0, number)
        for number, (algorithm, params) in enumerate(made, first)
    ]


def trials(units, algorithm):
    return [p for unit in units if unit.algorithm == algorithm for p in unit.params]


def test_params_key_is_the_same_in_any_order():
    assert params_key({"a": 1, "b": None}) == params_key({"b": None, "a": 1})
    assert params_key({"a": 1}) != params_key({"a": True})


def test_grid_is_every_combination_once():
    units = carried_out(grid(LOGISTIC, FOREST))

    for item in (LOGISTIC, FOREST):
        values = {name: list(d.choices) for name, d in item.space.items()}
        expected = sorted(params_key(p) for p in ParameterGrid(values))
        assert sorted(map(params_key, trials(units, item.algorithm))) == expected


def test_grid_units_share_a_fit_with_the_longest_last():
    units = carried_out(grid(FOREST))

    assert len(units) == 4
    for unit in units:
        assert [params["n_estimators"] for params in unit.params] == [10, 20, 30]
        assert len({(p["max_depth"], p["min_samples_leaf"]) for p in unit.params}) == 1


def test_grid_is_in_the_order_of_scikit_learn():
    space = {"min_samples_leaf": Choices((5, 1)), "max_depth": Choices((3, None, 2))}

    units = carried_out(grid(PlanItem("random_forest", space)))

    values = {name: list(choices.choices) for name, choices in space.items()}
    assert trials(units, "random_forest") == list(ParameterGrid(values))


def test_grid_with_budget_keeps_the_longest_of_a_cut_unit():
    [unit] = carried_out(grid(FOREST, n_trials=2))

    assert [params["n_estimators"] for params in unit.params] == [20, 30]


def test_grid_without_path_parameter_has_units_of_one():
    item = PlanItem("random_forest", {"max_depth": Choices((1, 2))})

    assert [len(unit.params) for unit in carried_out(grid(item))] == [1, 1]


def test_next_units_all_algorithms_appear_early():
    first = next_units(grid(LOGISTIC, FOREST), [], limit=4)

    assert [unit.algorithm for unit in first] == [
        "logistic_regression",
        "random_forest",
    ]


def test_next_units_is_the_same_for_any_order_of_names():
    turned = PlanItem("random_forest", dict(reversed(FOREST.space.items())))

    assert carried_out(grid(FOREST)) == carried_out(grid(turned))


def test_next_units_leaves_out_what_was_added_by_hand():
    by_hand = {"n_estimators": 20, "max_depth": None, "min_samples_leaf": 1}

    history = records([Unit("random_forest", (by_hand,))])

    units = next_units(grid(FOREST), history, limit=100)

    assert by_hand not in trials(units, "random_forest")
    assert len(trials(units, "random_forest")) == 11


def test_next_units_finds_again_what_the_count_skipped():
    done = {"n_estimators": 10, "max_depth": 3, "min_samples_leaf": 5}

    history = records([Unit("random_forest", ({}, {}, {}, {}, {}, done))])

    units = next_units(grid(LOGISTIC, FOREST), history, limit=100)

    # Six more fill the count: one place is that of the trial seen.
    assert len(trials(units, "random_forest")) == 6
    assert done not in trials(units, "random_forest")


def test_grid_with_budget_gives_each_its_share():
    big = PlanItem("hist_gradient_boosting", {"max_leaf_nodes": IntRange(2, 100)})

    units = carried_out(grid(LOGISTIC, FOREST, big, n_trials=25))

    assert plan_size(grid(LOGISTIC, FOREST, big, n_trials=25)) == 25
    assert len(trials(units, "logistic_regression")) == 3
    assert len(trials(units, "random_forest")) == 11
    assert len(trials(units, "hist_gradient_boosting")) == 11


def test_grid_with_budget_is_spread_over_the_grid():
    item = PlanItem("hist_gradient_boosting", {"max_leaf_nodes": IntRange(2, 101)})

    units = carried_out(grid(item, n_trials=10))

    leaves = sorted(p["max_leaf_nodes"] for p in trials(units, item.algorithm))
    gaps = [b - a for a, b in zip([2, *leaves], [*leaves, 101], strict=True)]
    assert len(set(leaves)) == 10
    assert max(gaps) <= 25


def test_small_grid_begins_with_the_costliest_of_each_algorithm():
    layers, alphas = Choices(("64", "128-64")), Choices((0.1, 1.0))
    network = PlanItem("mlp", {"hidden_layer_sizes": layers, "alpha": alphas})
    tree = PlanItem("decision_tree", {"max_depth": Choices((2, None, 4))})
    plan = Plan("grid", (network, tree), None, 0, TASK, costliest_first=True)

    units = next_units(plan, [], limit=100)

    made = {
        name: [u.params[0] for u in units if u.algorithm == name]
        for name in ("mlp", "decision_tree")
    }
    assert [p["hidden_layer_sizes"] for p in made["mlp"]] == ["128-64"] * 2 + ["64"] * 2
    assert [p["max_depth"] for p in made["decision_tree"]] == [None, 4, 2]


def test_small_grid_works_on_the_most_tedious_machines_first_and_by_themselves():
    space = {"C": Choices((1.0, 100.0, 10.0)), "gamma": Choices(("scale", 0.1))}
    machine = PlanItem("kernel_svm", space)
    plan = Plan("grid", (machine,), None, 0, TASK, costliest_first=True)

    units = next_units(plan, [], limit=100)

    assert [[p["C"] for p in u.params] for u in units] == [
        [100.0],
        [100.0],
        [1.0, 10.0],
        [1.0, 10.0],
    ]
    assert [u.params[0]["gamma"] for u in units] == ["scale", 0.1, "scale", 0.1]


@pytest.mark.parametrize("space", [{"gamma": (0.1, 1.0)}, {"C": (1.0,)}])
def test_small_grid_of_machines_with_one_strength_is_not_parted(space):
    choices = {name: Choices(values) for name, values in space.items()}
    plan = Plan(
        *("grid", (PlanItem("kernel_svm", choices),), None, 0, TASK),
        costliest_first=True,
    )

    units = next_units(plan, [], limit=100)

    assert sum(len(u.params) for u in units) == plan_size(plan)


def test_small_grid_goes_on_from_trials_made_in_another_order():
    tree = PlanItem("decision_tree", {"max_depth": Choices((2, 4, 8))})
    plan = Plan("grid", (tree,), None, 0, TASK, costliest_first=True)
    made = TrialRecord("decision_tree", {"max_depth": 2}, "complete", 0.5, 1.0, 0)

    units = next_units(plan, [made], limit=100)

    assert sorted(u.params[0]["max_depth"] for u in units) == [4, 8]


def test_grid_with_large_budget_is_the_whole_grid():
    assert plan_size(grid(LOGISTIC, FOREST, n_trials=1000)) == 15
    assert len(carried_out(grid(LOGISTIC, FOREST, n_trials=1000))) == 7


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(1, 60)),
    st.integers(1, 20),
    st.integers(0, 5),
)
def test_grid_of_any_shape_is_carried_out_without_repetition(
    sizes, n_lengths, n_trials, limit, seed
):
    names = ["max_depth", "max_leaf_nodes", "min_samples_leaf"]
    space = {
        name: Choices(tuple(range(2, size + 2)))
        for name, size in zip(names, sizes, strict=False)
    }
    space["n_estimators"] = Choices(tuple(range(1, n_lengths + 1)))
    plan = grid(
        PlanItem("random_forest", space), LOGISTIC, n_trials=n_trials, seed=seed
    )

    units = carried_out(plan, limit=limit)

    found = trials(units, "random_forest")
    every = [
        dict(zip(space, values, strict=True))
        for values in product(*(d.choices for d in space.values()))
    ]
    assert len(set(map(params_key, found))) == len(found)
    assert all(params in every for params in found)
    assert len(found) + len(trials(units, LOGISTIC.algorithm)) == plan_size(plan)


def test_random_starts_with_the_curated_configurations():
    algorithm = ALGORITHMS["random_forest"]
    plan = random(PlanItem("random_forest", algorithm.space(TASK)))

    units = carried_out(plan)

    assert trials(units, "random_forest")[:3] == algorithm.first(TASK)
    assert len(trials(units, "random_forest")) == 10


def test_random_own_space_has_no_configuration_from_outside():
    item = PlanItem("random_forest", {**FOREST.space, "max_depth": IntRange(2, 4)})

    for params in trials(carried_out(random(item)), "random_forest"):
        assert all(contains(item.space[name], value) for name, value in params.items())


def test_random_own_space_starts_with_what_comes_closest_to_the_curated():
    space = {"n_estimators": IntRange(10, 30), "max_depth": IntRange(2, 4)}

    [unit] = next_units(random(PlanItem("random_forest", space)), [], limit=1)

    assert unit.params == ({"n_estimators": 30, "max_depth": 4},)


def test_random_does_not_depend_on_how_often_it_is_asked():
    plan = random(
        PlanItem("logistic_regression", {"C": FloatRange(0.1, 1.0)}),
        PlanItem("random_forest", {"max_depth": IntRange(1, 9)}),
        n_trials=9,
    )

    one_by_one, at_once = carried_out(plan, limit=1), carried_out(plan, limit=100)

    assert one_by_one == at_once


def test_random_small_space_is_exhausted_without_repetition():
    units = carried_out(random(LOGISTIC, FOREST, n_trials=100))

    assert len(trials(units, "logistic_regression")) == 3
    assert len(set(map(params_key, trials(units, "random_forest")))) == 12
    assert plan_size(random(LOGISTIC, FOREST, n_trials=100)) == 15


def test_random_trials_that_can_share_a_fit_do():
    space = {"n_estimators": Choices((10, 20, 30)), "max_depth": Choices((1,))}

    units = carried_out(random(PlanItem("random_forest", space)), limit=100)

    assert [[p["n_estimators"] for p in unit.params] for unit in units] == [
        [10, 20, 30]
    ]


def test_random_seeds_differ():
    item = PlanItem("logistic_regression", {"C": FloatRange(0.1, 1.0)})

    assert carried_out(random(item, seed=1)) != carried_out(random(item, seed=2))


def test_units_are_plain_json():
    units = carried_out(
        random(PlanItem("random_forest", ALGORITHMS["random_forest"].space(TASK)))
    )

    for unit in units:
        assert json.loads(json.dumps(unit.params)) == list(unit.params)


@pytest.mark.parametrize(
    ("plan", "field", "words"),
    [
        (grid(), "algorithms", "at least one"),
        (grid(LOGISTIC, LOGISTIC), "algorithms", "named twice"),
        (grid(LOGISTIC, n_trials=0), "n_trials", "at least one trial"),
        (random(LOGISTIC, n_trials=None), "n_trials", "number of trials"),
        (grid(PlanItem("ridge", {})), "algorithms", "cannot be used for binary"),
        (
            grid(PlanItem("random_forest", {"C": Choices((1,))})),
            "space",
            "no parameter 'C'",
        ),
        (
            grid(PlanItem("hist_gradient_boosting", {"loss": Choices(("poisson",))})),
            "space",
            "no parameter 'loss' for binary",
        ),
        (
            grid(PlanItem("logistic_regression", {"C": FloatRange(0.1, 1.0)})),
            "space",
            "^logistic_regression: C: A grid cannot",
        ),
        (Plan("genetic", (LOGISTIC,), 5, 0, TASK), "strategy", "grid, random"),
    ],
)
def test_check_plan_impossible_names_field(plan, field, words):
    with pytest.raises(SpecError, match=words) as caught:
        check_plan(plan)

    assert caught.value.field == field


@pytest.mark.parametrize("n_trials", [None, 10])
def test_check_plan_enormous_grid_is_refused_at_once(n_trials):
    space = {
        "max_depth": IntRange(1, 1000),
        "min_samples_leaf": IntRange(1, 1000),
        "n_estimators": IntRange(1, 1000),
    }

    with pytest.raises(
        SpecError, match=f"1,000,000,000 .* {GRID_LIMIT:,} .*random search"
    ):
        check_plan(grid(PlanItem("random_forest", space), n_trials=n_trials))


def test_check_plan_good_passes():
    check_plan(grid(LOGISTIC, FOREST))
    check_plan(random(PlanItem("logistic_regression", {"C": FloatRange(0.1, 1.0)})))
