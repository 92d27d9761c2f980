"""Fold scores are those of scikit-learn's GridSearchCV, to the last bit."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV

from runs.search.algorithms import ALGORITHMS
from runs.search.evaluation import evaluate_unit
from runs.search.pipelines import make_pipeline
from runs.search.planning import Plan, PlanItem, next_units, params_key
from runs.search.problem import TaskType
from runs.search.spaces import Choices
from runs.search.threads import limit_threads
from tests.runs.search.conftest import Problem

GRIDS = {
    "logistic_regression": {"C": (0.01, 1.0)},
    "ridge": {"alpha": (0.1, 10.0)},
    "random_forest": {"n_estimators": (3, 7), "max_features": ("sqrt", 0.5)},
    "hist_gradient_boosting": {"max_iter": (3, 6), "learning_rate": (0.1, 0.5)},
    "decision_tree": {"max_depth": (2, None)},
}


def our_scores(problem, name, grid):
    """Score a grid on every fold."""
    space = {parameter: Choices(values) for parameter, values in grid.items()}
    plan = Plan("grid", (PlanItem(name, space),), None, 0, problem.task)
    units = next_units(plan, n_trials_by_algorithm={}, seen={}, limit=10**6)
    results = [
        result
        for unit in units
        for result in evaluate_unit(
            name,
            unit.params,
            problem.folds(ALGORITHMS[name].recipe),
            task=problem.task,
            scorer=problem.scorer,
            random_state=problem.split.seed,
        )
    ]
    assert [result.error for result in results] == [""] * len(results)
    return {params_key(result.params): result.fold_scores for result in results}


def grid_search_scores(problem, name, grid):
    pipeline = make_pipeline(
        name, {}, task=problem.task, random_state=problem.split.seed
    )
    search = GridSearchCV(
        pipeline,
        {f"estimator__{parameter}": list(values) for parameter, values in grid.items()},
        scoring=problem.scorer,
        cv=problem.rows,
        refit=False,
        error_score="raise",
    )
    with limit_threads(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(problem.X, problem.y)
    scores = {}
    for index, params in enumerate(search.cv_results_["params"]):
        key = params_key({k.removeprefix("estimator__"): v for k, v in params.items()})
        scores[key] = [
            search.cv_results_[f"split{fold}_test_score"][index]
            for fold in range(problem.n_splits)
        ]
    return scores


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("titanic", "logistic_regression"),
        ("titanic", "random_forest"),
        ("titanic", "hist_gradient_boosting"),
        ("penguins", "logistic_regression"),
        ("penguins", "random_forest"),
        ("penguins", "hist_gradient_boosting"),
        ("penguins", "decision_tree"),
        ("california_housing", "ridge"),
        ("california_housing", "random_forest"),
        ("california_housing", "hist_gradient_boosting"),
    ],
)
def test_fold_scores_equal_grid_search(shared_problem, table, name):
    problem = shared_problem(table, 100)

    ours = our_scores(problem, name, GRIDS[name])

    assert ours == grid_search_scores(problem, name, GRIDS[name])


def column(n_rows, seed, kind):
    """Make a random column of a kind; some of its values may be missing."""
    rng = np.random.default_rng(seed)
    gaps = rng.random(n_rows) < rng.choice([0, 0.3])
    if kind == "number":
        values = pd.Series(rng.normal(size=n_rows) * 10.0 ** rng.integers(-3, 4))
    elif kind == "category":
        values = pd.Series(rng.choice(list("abcdef"), n_rows))
    else:
        values = pd.Series([f"item {i}" for i in rng.integers(0, 10**6, n_rows)])
    return values.mask(gaps)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    kinds=st.lists(
        st.sampled_from(["number", "category", "text"]), min_size=1, max_size=3
    ),
    n_rows=st.integers(50, 70),
    seed=st.integers(0, 1000),
    task=st.sampled_from(list(TaskType)),
    data=st.data(),
)
def test_fold_scores_equal_grid_search_on_any_table(kinds, n_rows, seed, task, data):
    names = [n for n, a in ALGORITHMS.items() if task in a.tasks]
    name = data.draw(st.sampled_from(names))
    grid = {
        parameter: tuple(
            data.draw(st.lists(st.sampled_from(v), min_size=1, unique=True))
        )
        for parameter, v in GRIDS[name].items()
    }
    X = pd.DataFrame(
        {f"c{i}": column(n_rows, seed + i, k) for i, k in enumerate(kinds)}
    )
    X["always"] = np.arange(n_rows) % 7.0
    labels = pd.Series(np.random.default_rng(seed).permutation(np.arange(n_rows) % 3))
    if task is TaskType.BINARY:
        labels = labels == 0
    with tempfile.TemporaryDirectory() as folder:
        problem = Problem(X, labels, task, Path(folder), n_splits=2)

        assert our_scores(problem, name, grid) == grid_search_scores(
            problem, name, grid
        )
