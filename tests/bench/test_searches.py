"""What is noted of other searches, and how times to a target are summed up."""

import numpy as np
import optuna
import pytest
import searches
import time_to_target
from searches import Drawn, Search, Trace, traced
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeRegressor
from time_to_target import Found, expected

from runs.search.spaces import parse_space, space_to_json


@pytest.mark.parametrize(
    "form",
    [
        {"type": "int", "low": 2, "high": 9},
        {"type": "int", "low": 2, "high": 64, "log": True},
        {"type": "int", "low": 50, "high": 300, "step": 50},
        {"type": "float", "low": 0.1, "high": 0.5},
        {"type": "float", "low": 1e-4, "high": 1e3, "log": True},
        {"type": "categorical", "choices": [None, "a", 3]},
    ],
)
def test_drawn_values_are_in_the_space(form):
    chance = np.random.RandomState(0)

    values = [Drawn(form).rvs(chance) for _ in range(500)]

    if form["type"] == "categorical":
        assert set(values) == set(form["choices"])
        return
    kind = int if form["type"] == "int" else float
    assert {type(value) for value in values} == {kind}
    assert form["low"] <= min(values) <= max(values) <= form["high"]
    if kind is int:
        step = form.get("step", 1)
        assert {(v - form["low"]) % step for v in values} == {0}
        assert {form["low"], form["high"]} <= set(values)


SPACE = {"max_depth": {"type": "int", "low": 1, "high": 6}}


class Learning(DecisionTreeRegressor):
    """Like a pipeline that finds out about categories, it is not the same once fitted."""

    def fit(self, X, y, **options):
        self.max_features = X.shape[1]
        return super().fit(X, y, **options)


@pytest.fixture
def given() -> Search:

    chance = np.random.default_rng(0)
    X = chance.normal(size=(80, 3))
    y = X[:, 0] + 0.1 * chance.normal(size=80)
    folds = list(KFold(2).split(X))
    return Search(X, y, folds, None, get_scorer("neg_root_mean_squared_error"))


def pipeline():

    return Pipeline([("estimator", Learning(random_state=0))])


def test_traced_every_candidate_has_its_value_and_a_time_within_the_search(given):

    grid = {"estimator__max_depth": [1, 2, 3]}

    found = traced(
        lambda scorer: GridSearchCV(
            pipeline(), grid, scoring=scorer, cv=given.folds, refit=False
        ),
        given,
        SPACE,
    )

    plain = GridSearchCV(
        pipeline(), grid, scoring=given.scorer, cv=given.folds, refit=False
    ).fit(given.X, given.y)
    assert [v for _, v in found.trials] == list(plain.cv_results_["mean_test_score"])
    times = [after for after, _ in found.trials]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] <= found.seconds + 0.01


def test_traced_halving_counts_only_candidates_of_the_last_round(given):

    found = traced(
        lambda scorer: HalvingRandomSearchCV(
            pipeline(),
            {"estimator__max_depth": [1, 2, 3, 4, 5, 6]},
            n_candidates=6,
            min_resources="exhaust",
            scoring=scorer,
            cv=given.folds,
            refit=False,
            random_state=0,
        ),
        given,
        SPACE,
    )

    assert len(found.trials) == 2


def test_trace_seconds_until_is_the_first_that_reaches_it():
    trace = Trace(9.0, [(1.0, 0.5), (2.0, 0.8), (3.0, 0.9)])

    assert trace.seconds_until(0.8) == 2.0
    assert trace.seconds_until(0.95) is None
    assert trace.best == 0.9


def test_expected_time_of_a_seed_that_fails_is_added_to_the_others():
    reaches, fails = Trace(10.0, [(4.0, 1.0)]), Trace(10.0, [(1.0, 0.1)])
    seeds = [
        Found({"a": reaches, "b": reaches, "c": fails}, 0.9),
        Found({"a": reaches, "b": fails, "c": fails}, 0.9),
    ]

    found = expected(seeds)

    assert found["a"] == {"seconds": 4.0, "reached": 2, "seeds": 2}
    assert found["b"] == {"seconds": 14.0, "reached": 1, "seeds": 2}
    # As if the next seed got there at once: never worse than it is.
    assert found["c"] == {"seconds": 20.0, "reached": 0, "seeds": 2}


def test_spaces_are_those_of_the_product():

    for algorithm, space in time_to_target.SPACES.items():
        parsed = parse_space(space, algorithm=algorithm)
        for name, form in space_to_json(parsed).items():
            assert space[name].items() <= form.items()


def test_suggested_values_are_those_of_the_space():

    space = time_to_target.SPACES["hist_gradient_boosting"]
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    trial = study.ask()

    found = {name: searches.suggested(trial, name, f) for name, f in space.items()}

    for name, form in space.items():
        assert form["low"] <= found[name] <= form["high"]
    assert found["max_iter"] % 50 == 0
