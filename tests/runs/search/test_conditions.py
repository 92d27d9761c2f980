"""Parameters that exist only for one value of another."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.search.planning import Plan, PlanItem, TrialRecord, next_units, params_key
from runs.search.problem import SpecError, TaskType
from runs.search.samplers import draw, propose
from runs.search.spaces import (
    Choices,
    combination_at,
    fits,
    grid_size,
    parse_space,
    space_to_json,
)

POLY = {"when": {"kernel": ["poly"]}}
SPACE = {
    "kernel": ["rbf", "poly", "linear"],
    "C": [0.1, 1.0],
    "degree": {"type": "int", "low": 2, "high": 4, **POLY},
    "coef0": {"type": "categorical", "choices": [0.0, 1.0], **POLY},
    "gamma": {"type": "fixed", "value": "scale", "when": {"kernel": ["rbf", "poly"]}},
}


def space():
    return parse_space(SPACE, algorithm="kernel_svm")


def test_grid_counts_and_lists_what_exists():
    found = [combination_at(space(), i) for i in range(grid_size(space()))]

    expected = [
        *({"kernel": "rbf", "C": c, "gamma": "scale"} for c in (0.1, 1.0)),
        *({"kernel": "linear", "C": c} for c in (0.1, 1.0)),
        *(
            {"kernel": "poly", "C": c, "degree": d, "coef0": k, "gamma": "scale"}
            for c, d, k in product((0.1, 1.0), (2, 3, 4), (0.0, 1.0))
        ),
    ]
    assert grid_size(space()) == 16
    assert sorted(map(params_key, found)) == sorted(map(params_key, expected))


def test_space_with_conditions_survives_json():
    assert parse_space(space_to_json(space()), algorithm="kernel_svm") == space()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000))
def test_draws_name_what_exists_and_nothing_else(seed):
    assert fits(space(), draw(space(), seed=seed, index=0))


def test_proposals_by_tpe_lie_in_the_space_and_go_where_it_is_good():
    records = []
    for index in range(40):
        params = propose(space(), records, seed=0, index=index)
        assert fits(space(), params)
        value = 1.0 if params.get("degree") == 4 else 0.0
        records.append(TrialRecord("kernel_svm", params, "complete", value, 1.0, index))

    good = [r.value for r in records]
    assert sum(good[20:]) > 2 * 20 * 2 / 12


@pytest.mark.parametrize("strategy", ["random", "tpe"])
def test_small_space_is_exhausted_without_repetition(strategy):
    plan = Plan(strategy, (PlanItem("kernel_svm", space()),), 50, 0, TaskType.BINARY)
    history = []
    while units := next_units(plan, history, limit=3):
        history += [
            TrialRecord(u.algorithm, p, "complete", 0.5, 0.1, len(history))
            for u in units
            for p in u.params
        ]

    keys = [params_key(record.params) for record in history]
    assert len(keys) == len(set(keys)) == 16


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"degree": {"type": "int", "low": 2, "high": 4, **POLY}}, "not in the space"),
        (
            {"kernel": ["rbf"], "degree": {"type": "int", "low": 2, "high": 3, **POLY}},
            "exists only when kernel = poly, which it never is",
        ),
        ({"kernel": ["poly"], "degree": {"type": "int", "low": 2, "high": 3, "when": {}}}, "one parameter"),
    ],
)  # fmt: skip
def test_impossible_condition_names_the_parameter(entry, words):
    with pytest.raises(SpecError, match=words) as caught:
        parse_space(entry, algorithm="kernel_svm")

    assert caught.value.parameter == "degree"


def share(plan, records, n):
    units = next_units(plan, records, limit=n)
    names = [u.algorithm for u in units for _ in u.params]
    return {item.algorithm: names.count(item.algorithm) for item in plan.items}


def trials(name, value, seconds, n):
    return [
        TrialRecord(name, {"C": i / 100 + 1}, "complete", value, seconds, i)
        for i in range(n)
    ]


@pytest.fixture
def two():
    wide = {"C": Choices(tuple(i / 100 for i in range(1, 2000)))}
    return (
        PlanItem("logistic_regression", wide),
        PlanItem("kernel_svm", wide),
    )


def test_adaptive_share_gives_losers_less_and_never_nothing(two):
    records = [
        *trials("logistic_regression", 0.9, 1.0, 5),
        *trials("kernel_svm", 0.6, 1.0, 5),
    ]
    plan = Plan("random", two, 10_000, 0, TaskType.BINARY, share="adaptive")

    found = share(plan, records, 40)

    assert found["logistic_regression"] > found["kernel_svm"] > 0


def test_time_is_shared_in_seconds(two):
    records = [
        *trials("logistic_regression", 0.9, 1.0, 5),
        *trials("kernel_svm", 0.9, 9.0, 5),
    ]
    plan = Plan("random", two, 10_000, 0, TaskType.BINARY, in_seconds=True)

    found = share(plan, records, 40)

    assert found["kernel_svm"] == 0
    assert found["logistic_regression"] == 40
