"""The estimators, used as scikit-learn's own are."""

import pickle  # noqa: TID251 - as processes of joblib do

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from tuneboard_client import Client, NotFoundError, TuneboardError, WaitTimeoutError
from tuneboard_client.sklearn import TuneboardClassifier, TuneboardRegressor

# One combination, two folds: as little as a fit can be.
SMALL = {"cv": 2, "strategy": "grid", "ensemble": False, "train_scores": False}
LOGISTIC = {"logistic_regression": {"C": [1.0]}}
RIDGE = {"ridge": {"alpha": [0.001]}}


@pytest.fixture(autouse=True)
def environment(server, token, monkeypatch):
    monkeypatch.setenv("TUNEBOARD_URL", server.base_url)
    monkeypatch.setenv("TUNEBOARD_TOKEN", token)


@pytest.fixture(scope="module")
def classifier(client: Client, penguins: pd.DataFrame):
    made = TuneboardClassifier(
        client=client, preset=None, algorithms=LOGISTIC, options=SMALL
    )
    return made.fit(penguins.drop(columns="species"), penguins["species"])


def test_classifier_learns_from_a_frame_with_gaps_and_categories(classifier, penguins):
    X, y = penguins.drop(columns="species"), penguins["species"]

    assert classifier.classes_.tolist() == sorted(y.unique())
    assert classifier.feature_names_in_.tolist() == list(X.columns)
    assert classifier.n_features_in_ == len(X.columns)
    assert classifier.score(X, y) > 0.95
    shares = classifier.predict_proba(X)
    assert np.allclose(shares.sum(axis=1), 1)
    assert (classifier.classes_[shares.argmax(axis=1)] == classifier.predict(X)).all()
    assert classifier.model_.algorithm == "logistic_regression"


def test_estimator_is_cloned_with_its_client_and_pickled_without_its_token(
    classifier, penguins, token
):
    X = penguins.drop(columns="species").head()

    assert clone(classifier).client is classifier.client
    stored = pickle.dumps(classifier)
    assert token.encode() not in stored
    assert token not in repr(classifier)
    assert (pickle.loads(stored).predict(X) == classifier.predict(X)).all()


@pytest.mark.parametrize(
    "classes", [(-1, 1), (False, True), (1.0, 2.0), ("yes", "NA")], ids=repr
)
def test_classes_of_every_type_come_back_as_they_were(client, classes):
    X = np.linspace(-1, 1, 40).reshape(-1, 1)
    y = np.where(X[:, 0] > 0, classes[1], classes[0])
    made = TuneboardClassifier(
        client=client, preset=None, algorithms=LOGISTIC, options=SMALL
    ).fit(X, y)

    assert made.classes_.dtype == y.dtype
    assert (made.predict(X) == y).mean() > 0.9


def test_regressor_learns_and_leaves_nothing_when_it_is_discarded(client):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X @ [3.0, -2.0, 0.5]
    made = TuneboardRegressor(
        client=client, preset=None, algorithms=RIDGE, options=SMALL
    ).fit(X, y)
    run = made.run_id_

    assert made.score(X, y) > 0.99
    made.discard()
    with pytest.raises(NotFoundError):
        client.run(run)
    with pytest.raises(Exception, match="not fitted"):
        made.predict(X)


def test_regressor_learns_numbers_that_look_like_truth_values(client):
    X = np.linspace(-1, 1, 40).reshape(-1, 1)
    y = (X[:, 0] > 0).astype(float)
    made = TuneboardRegressor(
        client=client, preset=None, algorithms=RIDGE, options=SMALL
    ).fit(X, y)

    assert made.score(X, y) > 0.5


def test_fit_that_takes_too_long_stops_its_run(client, penguins):
    slow = {"random_forest": {"n_estimators": [400], "max_depth": list(range(1, 31))}}
    made = TuneboardClassifier(
        client=client, project="Slow", algorithms=slow, timeout=1.0
    )

    with pytest.raises(WaitTimeoutError):
        made.fit(penguins.drop(columns="species"), penguins["species"])

    [run] = client.project("Slow").runs()
    assert run.wait(progress=False, timeout=120).phase == "stopped"


def test_estimator_without_a_server_says_how_to_name_one(monkeypatch, penguins):
    monkeypatch.delenv("TUNEBOARD_URL")

    with pytest.raises(TuneboardError, match="TUNEBOARD_URL"):
        TuneboardClassifier().fit(penguins[["body_mass_g"]], penguins["species"])
