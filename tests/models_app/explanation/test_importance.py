"""Permutation importance is scikit-learn's; what estimators say is summed to columns."""

import numpy as np
import pytest
from sklearn.inspection import permutation_importance as by_scikit_learn
from sklearn.preprocessing import LabelEncoder

from models_app.explanation.importance import (
    built_in_importance,
    coefficients,
    permutation_importance,
)
from runs.search.problem import TaskType
from runs.search.quick_metrics import quick_metric


@pytest.mark.parametrize(
    ("name", "task", "scoring", "sklearns"),
    [
        ("random_forest", TaskType.BINARY, "roc_auc", "roc_auc"),
        ("logistic_regression", TaskType.MULTICLASS, "log_loss", "neg_log_loss"),
        ("ridge", TaskType.REGRESSION, "rmse", "neg_root_mean_squared_error"),
        ("ensemble", TaskType.BINARY, "roc_auc", "roc_auc"),
    ],
)
def test_permutation_gives_scikit_learns_numbers(
    prepared_model, name, task, scoring, sklearns
):
    model, X, y, encoded = prepared_model(name, task)
    codes = LabelEncoder().fit_transform(y) if task.is_classification else y.to_numpy()

    found = permutation_importance(
        model, encoded, codes, quick_metric(scoring), n_repeats=3, seed=11
    )

    theirs = by_scikit_learn(
        model.pipeline, X, y, scoring=sklearns, n_repeats=3, random_state=11
    )
    np.testing.assert_allclose(found.drops, theirs.importances, rtol=0, atol=1e-9)


def test_columns_of_a_group_are_shuffled_together(prepared_model):
    model, X, y, encoded = prepared_model("ridge", TaskType.REGRESSION)
    score = quick_metric("rmse")

    found = permutation_importance(
        model, encoded, y.to_numpy(), score, groups=[[0, 2]], n_repeats=1, seed=3
    )

    seed = np.random.RandomState(3).randint(np.iinfo(np.int32).max + 1)
    order = np.arange(len(X))
    np.random.RandomState(seed).shuffle(order)
    moved = X.copy()
    for name in ("size", "colour"):
        moved[name] = X[name].to_numpy()[order]
    by_hand = score(y, model.pipeline.predict(X)) - score(
        y, model.pipeline.predict(moved)
    )
    np.testing.assert_allclose(found.drops, [[by_hand]], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("random_forest", "impurity"),
        ("hist_gradient_boosting", "gain"),
        ("lightgbm", "gain"),
        ("xgboost", "gain"),
        ("catboost", "prediction"),
    ],
)
def test_built_in_importance_is_a_share_by_uploaded_column(prepared_model, name, kind):
    model, _, _, _ = prepared_model(name)

    found = built_in_importance(model)

    assert kind in found.kind
    assert found.values.shape == (5,)
    assert found.values.sum() == pytest.approx(1)


def test_built_in_importance_adds_the_parts_of_a_column(prepared_model):
    model, _, _, _ = prepared_model("random_forest")
    [part] = model.parts
    by_hand = [
        part.estimator.feature_importances_[part.owner == j].sum() for j in range(5)
    ]

    np.testing.assert_allclose(built_in_importance(model).values, by_hand)


@pytest.mark.parametrize("name", ["mlp", "ensemble", "k_nearest_neighbors"])
def test_models_without_importance_of_their_own_have_none(prepared_model, name):
    model, _, _, _ = prepared_model(name)

    assert built_in_importance(model) is None
    assert coefficients(model) is None


def test_coefficients_name_their_encoded_columns(prepared_model):
    model, _, _, _ = prepared_model("logistic_regression")

    found = coefficients(model)

    assert "colour_red" in found.names
    assert found.owner[found.names.index("colour_red")] == 2
    assert found.values.shape == (1, len(found.names))
