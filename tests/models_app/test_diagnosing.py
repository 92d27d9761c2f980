"""The diagnosis of real small models, computed as workers do it."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss, root_mean_squared_error

from models_app import computing, services
from models_app.answers import read_answers
from models_app.diagnosing import learning
from models_app.enums import ArtifactKind, ComputationKind
from runs.enums import ENSEMBLE
from runs.search.folds import fold_rows
from runs.training_data import load_training_data, split_of
from tests.models_app.conftest import TREE

pytestmark = pytest.mark.django_db

KINDS = [
    ArtifactKind.FOLDS,
    ArtifactKind.LEARNING_CURVE,
    ArtifactKind.SEGMENTS,
    ArtifactKind.WORST_ROWS,
]


@pytest.fixture
def diagnosed():
    def make(model):
        computation = services.request_computation(
            model, ComputationKind.DIAGNOSIS, user=None
        )
        computing.compute(computation.pk)
        computation.refresh_from_db()
        assert computation.state == "ready", computation.error
        found = {a.kind: a for a in model.artifacts.all()}
        for kind in KINDS:
            json.dumps(found[kind].data, allow_nan=False)
        return found

    return make


def test_every_model_is_diagnosed():
    assert ComputationKind.DIAGNOSIS in computing.AUTOMATIC


@pytest.mark.parametrize("holdout_fraction", [0.0, 0.25])
def test_worst_rows_are_those_with_the_largest_log_loss(
    make_model, diagnosed, table, holdout_fraction
):
    model = make_model("multiclass", holdout_fraction=holdout_fraction)

    worst = diagnosed(model)[ArtifactKind.WORST_ROWS]

    answers = read_answers(model)
    losses = -np.log(answers.probabilities[np.arange(len(answers.y)), answers.y])
    rows = worst.data["rows"]
    assert worst.rows == answers.rows
    assert worst.data["mean_loss"] == pytest.approx(
        log_loss(answers.y, answers.probabilities)
    )
    assert [row["loss"] for row in rows] == pytest.approx(
        sorted(losses, reverse=True)[:20]
    )
    first = rows[0]
    uploaded = table.iloc[first["row_number"] - 1]
    assert first["actual"] == uploaded["kind"]
    assert first["probability_of_actual"] == pytest.approx(np.exp(-first["loss"]))
    assert worst.data["columns"][:3] == ["weight", "colour", "length"]
    expected = [uploaded[name] for name in worst.data["columns"]]
    assert first["values"] == [None if pd.isna(v) else v for v in expected]


def test_segments_are_measured_as_scikit_learn_does(make_model, diagnosed, table):
    model = make_model("multiclass", holdout_fraction=0.0)
    model.run.scoring = "f1_macro"
    model.run.save()

    segments = diagnosed(model)[ArtifactKind.SEGMENTS].data

    answers = read_answers(model)
    data = load_training_data(model.run)
    colour = table["colour"].to_numpy()[data.known[answers.positions]]
    red = colour == "red"
    column = next(c for c in segments["columns"] if c["name"] == "colour")
    found = next(s for s in column["segments"] if s["label"] == "red")
    accuracy = accuracy_score(answers.y[red], answers.predicted[red])
    assert found["n_rows"] == red.sum()
    assert found["measures"]["accuracy"][0] == pytest.approx(accuracy)
    assert {s["label"] for s in column["segments"]} == {
        "red",
        "green",
        "blue",
        "missing",
    }
    assert segments["own"] == "f1_macro"
    assert sum(s["n_rows"] for s in column["segments"]) == len(answers.y)


def test_segments_of_a_regression_have_its_errors(make_model, diagnosed):
    model = make_model("regression", holdout_fraction=0.0)

    segments = diagnosed(model)[ArtifactKind.SEGMENTS].data

    answers = read_answers(model)
    rmse = root_mean_squared_error(answers.y, answers.predicted)
    assert segments["measures"] == ["mae", "rmse", "bias"]
    assert segments["overall"]["rmse"][0] == pytest.approx(rmse)
    assert segments["own"] == ""  # rmse is there already


def test_learning_curve_scores_fits_on_parts_of_the_folds(make_model, diagnosed):
    model = make_model("regression", algorithms=[TREE])
    data = load_training_data(model.run)

    curve = diagnosed(model)[ArtifactKind.LEARNING_CURVE].data

    folds = fold_rows(data.y[data.train_rows], split_of(model.run), data.train_by)
    assert curve["metric"] == "rmse"
    assert curve["is_complete"]
    assert curve["n_rows"] == sorted(curve["n_rows"])
    assert curve["n_rows"][-1] == min(len(train) for train, _ in folds[:3])
    assert len(curve["test"][0]) == curve["n_folds"] == min(3, len(folds))
    assert np.mean(curve["test"][-1]) < np.mean(curve["test"][0])  # an error falls
    assert curve["verdict"]["answer"] in {"helps", "flat", "unclear"}


def test_learning_curve_ends_with_scores_of_the_search_itself(make_model, diagnosed):
    model = make_model("regression", algorithms=[TREE])
    model.trial.fold_scores = [-1.5, -2.5, -3.5, -4.5, -5.5]
    model.trial.train_metrics = {"rmse": [-1.0, -2.0, -3.0, -4.0, -5.0]}
    model.trial.save()

    found = diagnosed(model)

    curve, folds = found[ArtifactKind.LEARNING_CURVE].data, found[ArtifactKind.FOLDS]
    assert curve["full_from_search"]
    assert curve["test"][-1] == [1.5, 2.5, 3.5]
    assert curve["train"][-1] == [1, 2, 3]
    assert folds.data["metrics"]["rmse"]["test"] == [1.5, 2.5, 3.5, 4.5, 5.5]
    assert folds.data["timing"]["seconds"] > 0


def test_learning_curve_beyond_its_time_says_so(make_model, diagnosed, monkeypatch):
    monkeypatch.setattr(learning, "LIMIT_SECONDS", 0.0)
    model = make_model("binary")

    curve = diagnosed(model)[ArtifactKind.LEARNING_CURVE].data

    assert "takes too long" in curve["reason"]


def test_an_ensemble_has_no_learning_curve(make_model, monkeypatch):
    model = make_model("binary")
    model.algorithm = ENSEMBLE

    curve = learning.learning_curve(model, None, lambda share, doing: None)

    assert "ensemble" in curve["reason"]


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_a_model_from_before_is_predicted_again(make_model, diagnosed, task):
    model = make_model(task)
    expected = read_answers(model)
    model.artifacts.exclude(kind=ArtifactKind.PIPELINE).delete()

    found = diagnosed(model)

    assert read_answers(model).predicted.tolist() == expected.predicted.tolist()
    assert (ArtifactKind.PREDICTION_INTERVALS in found) == (task == "regression")
