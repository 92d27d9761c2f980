"""What moved each answer, as columns of a result."""

import numpy as np
import pandas as pd
import pytest

from models_app.explanation.prepared import Prepared
from models_app.explanation.sampled import SampledShap
from models_app.explanation.shapley import explainer_for, margin
from models_app.scoring.drivers import Drivers
from models_app.scoring.families import duration, family_of
from runs.search.problem import TaskType
from tests.models_app.explanation.conftest import COLUMNS, fitted, make_table


def explainer_of(name, task, **params):
    X, _ = make_table()
    prepared = Prepared(fitted(name, task, tuple(params.items())), COLUMNS)
    return prepared, explainer_for(prepared, lambda: prepared.prepare(X.head(30)))


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("logistic_regression", TaskType.MULTICLASS),
        ("decision_tree", TaskType.BINARY),
        ("ridge", TaskType.REGRESSION),
    ],
)
def test_strongest_columns_and_the_others_add_up_to_the_model(name, task, monkeypatch):
    monkeypatch.setattr("models_app.scoring.drivers.MAX_DRIVERS", 2)
    X, _ = make_table()
    X = X.head(60)
    prepared, explainer = explainer_of(name, task)
    labels = [str(label) for label in prepared.classes]
    drivers = Drivers(prepared, explainer, labels=labels, positive=1, target="y")
    output = prepared.output(prepared.prepare(X))
    codes = output.argmax(axis=1)
    predicted = np.asarray(labels, dtype=object)[codes] if labels else output[:, 0]

    drivers.begin(X, len(X))
    found = drivers.of(X, predicted)

    assert list(found) == drivers.names()
    assert drivers.names()[-1] == "driver_others"
    parts = ["driver_1_contribution", "driver_2_contribution", "driver_others"]
    total = pd.DataFrame(found)[parts].sum(axis=1).to_numpy() + found["driver_base"]
    own = margin(prepared, prepared.prepare(X), explainer)
    at = codes if own.shape[1] > 1 else np.zeros(len(X), dtype=int)
    assert total == pytest.approx(own[np.arange(len(X)), at])
    sizes = np.abs(np.nan_to_num(found["driver_1_contribution"]))
    assert (sizes >= np.abs(np.nan_to_num(found["driver_2_contribution"]))).all()


def test_column_that_moved_nothing_is_not_named():
    X, _ = make_table()
    prepared, explainer = explainer_of("decision_tree", TaskType.BINARY, max_depth=1)
    drivers = Drivers(prepared, explainer, labels=["no", "yes"], positive=1, target="y")

    found = drivers.of(X.head(5), np.array(["no"] * 5, dtype=object))

    assert len(set(found["driver_1"])) == 1
    assert found["driver_2"].tolist() == [None] * 5
    assert np.isnan(found["driver_2_contribution"]).all()


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("logistic_regression", "linear"),
        ("decision_tree", "trees"),
        ("lightgbm", "trees"),
        ("naive_bayes", "other"),
        ("k_nearest_neighbors", "other"),
        ("ensemble", "other"),
    ],
)
def test_family_that_pages_tell_is_that_of_the_explainer(name, family):
    _, explainer = explainer_of(name, TaskType.BINARY)

    assert family_of(name) == family
    assert isinstance(explainer, SampledShap) is (family == "other")


def test_durations_are_told_in_the_unit_a_person_would_use():
    told = [duration(seconds) for seconds in (0.2, 40, 300, 7200, 9000)]

    assert told == ["1 s", "40 s", "5 minutes", "2 hours", "2.5 hours"]
