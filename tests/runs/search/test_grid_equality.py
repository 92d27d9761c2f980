"""Fold scores are those of scikit-learn's GridSearchCV, for every algorithm.

To the last bit; within 1e-9 (relative or absolute) where only the order of floating-point sums differs.
"""

import tempfile
import warnings
from itertools import product
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
    "baseline": {},
    "logistic_regression": {"C": (0.01, 1.0)},
    "ridge": {"alpha": (0.1, 10.0)},
    "elastic_net": {"alpha": (0.01, 1.0), "l1_ratio": (0.2, 0.8)},
    "naive_bayes": {"var_smoothing": (1e-9, 0.1)},
    "k_nearest_neighbors": {
        "n_neighbors": (1, 3, 7),
        "weights": ("uniform", "distance"),
        "metric": ("euclidean", "manhattan"),
    },
    "kernel_svm": {
        "C": (0.5, 5.0),
        "gamma": (0.1, "scale"),
        "kernel": ("rbf", "poly", "sigmoid"),
    },
    "random_forest": {"n_estimators": (3, 7), "max_features": ("sqrt", 0.5)},
    "extra_trees": {"n_estimators": (2, 5), "max_depth": (3, None)},
    "gradient_boosting": {"n_estimators": (2, 5), "subsample": (0.7, 1.0)},
    "hist_gradient_boosting": {"max_iter": (3, 6), "learning_rate": (0.1, 0.5)},
    "lightgbm": {
        "n_estimators": (3, 8),
        "min_child_samples": (2, 10),
        "extra_trees": (False, True),
        "subsample": (0.7,),
        "subsample_freq": (1,),
        "colsample_bytree": (0.6,),
    },
    "xgboost": {"n_estimators": (3, 8), "subsample": (0.7, 1.0)},
    "catboost": {"iterations": (3, 110), "depth": (2, 3)},
    "decision_tree": {"max_depth": (2, None), "ccp_alpha": (0.0, 0.003, 0.03)},
    "mlp": {"hidden_layer_sizes": ("32",), "alpha": (1e-4, 1.0), "max_iter": (5,)},
}
# Sums of products by the linear algebra library are taken in another order where a
# fold's rows lie in memory in another way.
ORDER_DIFFERS = {"mlp", "kernel_svm", "ridge", "elastic_net", "k_nearest_neighbors"}


def assert_equal(name, ours, expected):
    assert ours.keys() == expected.keys()
    if name not in ORDER_DIFFERS:
        assert ours == expected
    for key, scores in ours.items():
        np.testing.assert_allclose(scores, expected[key], rtol=1e-9, atol=1e-9)


def our_scores(problem, name, grid):
    """Score a grid on every fold."""
    space = {parameter: Choices(values) for parameter, values in grid.items()}
    plan = Plan("grid", (PlanItem(name, space),), None, 0, problem.task)
    units = next_units(plan, [], limit=10**6)
    results = [
        result
        for unit in units
        for result in evaluate_unit(
            name,
            unit.params,
            problem.folds(ALGORITHMS[name].recipe),
            task=problem.task,
            scorers={"ranking": problem.scorer},
            ranking="ranking",
            random_state=problem.split.seed,
        )
    ]
    assert [result.error for result in results] == [""] * len(results)
    return {params_key(result.params): result.fold_scores for result in results}


def grid_search_scores(problem, name, grid):
    """Let scikit-learn search; where its parameters have other names, one at a time."""
    names = list(grid)
    scores = {}
    for values in product(*grid.values()):
        params = dict(zip(names, values, strict=True))
        pipeline = make_pipeline(
            name, params, task=problem.task, random_state=problem.split.seed
        )
        search = GridSearchCV(
            pipeline,
            {},
            scoring=problem.scorer,
            cv=problem.rows,
            refit=False,
            error_score="raise",
        )
        with limit_threads(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search.fit(problem.X, problem.y)
        scores[params_key(params)] = [
            search.cv_results_[f"split{fold}_test_score"][0]
            for fold in range(problem.n_splits)
        ]
    return scores


PAIRS = [
    (table, name)
    for table, task in (
        ("titanic", TaskType.BINARY),
        ("penguins", TaskType.MULTICLASS),
        ("california_housing", TaskType.REGRESSION),
    )
    for name, algorithm in ALGORITHMS.items()
    if task in algorithm.tasks
]


@pytest.mark.parametrize(("table", "name"), PAIRS)
def test_fold_scores_equal_grid_search(shared_problem, table, name):
    problem = shared_problem(table, 100)

    ours = our_scores(problem, name, GRIDS[name])

    assert_equal(name, ours, grid_search_scores(problem, name, GRIDS[name]))


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
    max_examples=25,
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

        assert_equal(
            name,
            our_scores(problem, name, grid),
            grid_search_scores(problem, name, grid),
        )
