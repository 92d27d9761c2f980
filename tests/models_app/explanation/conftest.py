"""Fitted pipelines of every family on a small mixed table."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from models_app.explanation.prepared import Prepared
from runs.search.problem import TaskType
from runs.search.refit import combine, refit

COLUMNS = ["size", "age", "colour", "note", "day"]


@lru_cache
def make_table(n_rows=240):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=n_rows).round(3),
            "age": rng.integers(18, 80, n_rows),
            "colour": pd.Series(
                rng.choice(["red", "green", "blue"], n_rows), dtype="str"
            ),
            "note": pd.Series(
                [f"word{a} thing{b}" for a, b in rng.integers(0, 60, (n_rows, 2))],
                dtype="str",
            ),
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 400, n_rows), unit="D"),
        }
    )
    frame.loc[::17, "size"] = np.nan
    signal = (
        frame["size"].fillna(0)
        + frame["age"] / 30 * (frame["colour"] == "red")
        + rng.normal(0, 0.3, n_rows)
    )
    y = {
        TaskType.REGRESSION: signal,
        TaskType.BINARY: pd.Series(np.where(signal > 0.6, "yes", "no")),
        TaskType.MULTICLASS: pd.cut(
            signal, [-9, 0, 1, 9], labels=["low", "mid", "top"]
        ).astype("str"),
    }
    return frame, y


@lru_cache
def fitted(name, task, params=()):
    X, y = make_table()
    if name == "ensemble":
        names = ("logistic_regression", "decision_tree")
        if task is TaskType.REGRESSION:
            names = ("ridge", "decision_tree")
        members = [fitted(one, task) for one in names]
        return combine(members, [0.7, 0.3], task=task, classes=sorted(set(y[task])))
    return refit(name, dict(params), X, y[task], task=task, random_state=0)


@pytest.fixture
def prepared_model():
    """Return a function that gives a model, its rows and those prepared."""

    def make(name, task=TaskType.BINARY, **params):
        X, y = make_table()
        model = Prepared(fitted(name, task, tuple(params.items())), COLUMNS)
        return model, X, y[task], model.prepare(X)

    return make
