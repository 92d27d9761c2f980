import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from runs.search import rows
from runs.search.algorithms import ALGORITHMS
from runs.search.pipelines import feature_names, make_pipeline, make_preprocessor
from runs.search.problem import TaskType
from runs.search.refit import refit
from runs.search.stored_preparation import fit_stored


@pytest.fixture
def table(monkeypatch):
    """A table of all kinds, prepared as if it were large."""
    monkeypatch.setattr(rows, "_CELLS_TOGETHER", 1)
    monkeypatch.setattr(rows, "_CELLS_AT_ONCE", 500)
    rng = np.random.default_rng(0)
    n = 200
    frame = pd.DataFrame(
        {
            "whole": rng.normal(size=n),
            "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(3, 9, n)),
            "colour": rng.choice(["red", "green", "blue"], n),
            "words": [f"w{i} {i % 7}" for i in range(n)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), "D"),
            "constant": np.ones(n),
            "endless": np.where(rng.random(n) < 0.1, np.inf, rng.normal(size=n)),
            "count": rng.integers(0, 9, n),
        }
    )
    return frame, (frame["whole"] + rng.normal(size=n) > 0).to_numpy()


def learned(step):
    return {k: v for k, v in vars(step).items() if k.endswith("_") and k[0] != "_"}


@pytest.mark.parametrize("recipe", ["linear", "tree", "native"])
def test_fit_stored_result_and_what_is_learned_are_those_of_a_plain_fit(
    table, recipe, tmp_path
):
    X, y = table
    plain = make_preprocessor(recipe, random_state=0)
    expected = plain.fit_transform(X, y)
    stored = make_preprocessor(recipe, random_state=0)

    found = fit_stored(stored, lambda: X, y, tmp_path)

    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(stored.transform(X), plain.transform(X))
    assert feature_names(stored) == feature_names(plain)
    for (name, one), (_, other) in zip(stored.steps[1:], plain.steps[1:], strict=True):
        ours, theirs = learned(one), learned(other)
        assert ours.keys() == theirs.keys(), name
        for key, value in ours.items():
            if not isinstance(value, BaseEstimator):
                np.testing.assert_array_equal(value, theirs[key], err_msg=key)


def test_fit_stored_leaves_no_file(table, tmp_path):
    X, y = table

    fit_stored(make_preprocessor("tree", random_state=0), lambda: X, y, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_fit_stored_columns_of_single_and_double_precision_have_one_type(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(rows, "_CELLS_TOGETHER", 1)
    sizes = pd.Categorical([1.0, 2.5, None, 1.0], categories=[1.0, 2.5], ordered=True)
    X = pd.DataFrame({"size": sizes, "a": [0.1, 2.0, np.nan, 4.0]})
    preprocessor = make_preprocessor("tree", random_state=0)

    found = fit_stored(preprocessor, lambda: X, np.arange(4), tmp_path)

    plain = make_preprocessor("tree", random_state=0)
    expected = plain.fit_transform(X, np.arange(4))
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "name", ["logistic_regression", "lightgbm", "xgboost", "catboost", "extra_trees"]
)
def test_refit_stored_predicts_the_same_as_the_plain_pipeline(
    problem_of, name, tmp_path, monkeypatch
):
    monkeypatch.setattr(rows, "_CELLS_TOGETHER", 1)
    problem = problem_of(TaskType.BINARY)
    path = ALGORITHMS[name].path
    params = {path.name: 5} if path else {}

    stored = refit(
        *(name, params, lambda: problem.X, problem.labels),
        task=problem.task,
        random_state=0,
        directory=tmp_path,
    )

    plain = make_pipeline(name, params, task=problem.task, random_state=0)
    plain.fit(problem.X, problem.y)
    expected = plain.predict_proba(problem.X)
    np.testing.assert_array_equal(stored.predict_proba(problem.X), expected)
