"""The whole explanation of a model, as a worker makes it."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from models_app import computing, members, services
from models_app.enums import ArtifactKind, ComputationKind

pytestmark = pytest.mark.django_db

STORED = {
    *("permutation", "redundancy", "shap", "partial_dependence"),
}


def explained(model):
    computation = services.request_computation(
        model, ComputationKind.EXPLANATION, user=None
    )
    computing.compute(computation.pk)
    computation.refresh_from_db()
    assert computation.error == ""
    kinds = [*STORED, "built_in", "coefficients", "interactions"]
    return {a.kind: a for a in model.artifacts.filter(kind__in=kinds)}


@pytest.mark.parametrize(
    ("task", "algorithm", "more"),
    [
        ("binary", ("logistic_regression", {}), {"coefficients"}),
        (
            "binary",
            ("random_forest", {"n_estimators": 10}),
            {"built_in", "interactions"},
        ),
        (
            "multiclass",
            ("lightgbm", {"n_estimators": 5}),
            {"built_in", "interactions"},
        ),
        ("multiclass", ("k_nearest_neighbors", {}), set()),
        ("regression", ("xgboost", {"n_estimators": 5}), {"built_in", "interactions"}),
    ],
)
def test_explain_stores_what_the_family_has(make_model, task, algorithm, more):
    found = explained(make_model(task, algorithms=[algorithm]))

    assert set(found) == STORED | more
    assert {a.rows for a in found.values()} <= {"holdout", "training"}
    assert all(len(json.dumps(a.data)) < 500_000 for a in found.values())


def test_shap_of_each_row_adds_up(make_model):
    model = make_model("multiclass")
    shap = explained(model)[ArtifactKind.SHAP]

    rows, *outputs = members.read(shap, "rows", *(f"output_{k}" for k in range(3)))

    assert shap.data["outputs"] == ["a", "b", "c"]
    assert shap.data["space"] == "log-odds"
    assert rows["columns"] == shap.data["columns"]
    assert len(rows["numbers"]) == shap.n_rows == len(outputs[0]["values"])
    # Softmax of the scores is what the model answers.
    scores = [
        [base + sum(values) for values in output["values"]]
        for base, output in zip(shap.data["base"], outputs, strict=True)
    ]
    np.testing.assert_allclose(softmax(scores, axis=0).T, rows["output"], atol=1e-6)


def test_without_holdout_the_rows_are_those_of_training(make_model):
    found = explained(make_model(holdout_fraction=0.0))

    assert found["permutation"].rows == "training"


def test_column_that_tells_the_target_is_first_everywhere(make_model):
    found = explained(make_model("regression"))

    permutation = found["permutation"].data
    means = dict(zip(permutation["columns"], permutation["mean"], strict=True))
    assert max(means, key=means.get) == "weight"
    assert found["shap"].data["columns"][0] == "weight"
    [curve] = members.read(found["partial_dependence"], "column_0")
    assert curve["column"] == "weight"
    assert curve["mean"][0] == sorted(curve["mean"][0])
