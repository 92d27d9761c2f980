"""SHAP values: additive, of the uploaded columns, and equal to those of shap itself."""

import warnings

import numpy as np
import pytest

from models_app.explanation import treeshap
from models_app.explanation.prepared import rows_of, summed
from models_app.explanation.sampled import Effort, SampledShap
from models_app.explanation.shapley import explainer_for, margin, native_explainer
from models_app.explanation.trees import trees_of
from runs.search.pipelines import column_of_features
from runs.search.problem import TaskType

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its plots use what Matplotlib will give up
    import shap

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:LightGBM binary classifier with TreeExplainer"),
]

SMALL = {"n_estimators": 12}
TREES = {
    "decision_tree": {},
    "random_forest": SMALL,
    "extra_trees": SMALL,
    "gradient_boosting": SMALL,
    "hist_gradient_boosting": {"max_iter": 12},
    "lightgbm": SMALL,
    "xgboost": SMALL,
    "catboost": {"iterations": 12},
}
LINEAR = {"logistic_regression": {}, "ridge": {}, "elastic_net": {"alpha": 0.01}}
OTHERS = {
    "k_nearest_neighbors": {},
    "naive_bayes": {},
    "mlp": {"max_iter": 20},
    "kernel_svm": {},
    "ensemble": {},
}
ALL = {**TREES, **LINEAR, **OTHERS}
ONLY = {
    "logistic_regression": "classification",
    "naive_bayes": "classification",
    "ridge": "regression",
    "elastic_net": "regression",
}
CASES = [
    (name, task)
    for name in ALL
    for task in TaskType
    if ONLY.get(name)
    in (None, "classification" if task.is_classification else "regression")
]


def explained(prepared_model, name, task, *, positive=1, n=12):
    model, X, _, encoded = prepared_model(name, task, **ALL[name])
    background = rows_of(encoded, slice(100, 115))
    explainer = explainer_for(model, lambda: background, positive=positive)
    if isinstance(explainer, SampledShap):
        explainer.set_effort(Effort(2, 15))
    rows = rows_of(encoded, slice(0, n))
    return model, X[:n], rows, explainer, explainer.values(rows)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_base_and_values_add_up_to_the_output(prepared_model, name, task):
    model, _, rows, explainer, values = explained(prepared_model, name, task)

    expected = margin(model, rows, explainer)
    # XGBoost computes in single precision, its own margin as well.
    tolerance = 2e-5 if name == "xgboost" else 1e-6
    assert values.shape == (12, 5, expected.shape[1])
    np.testing.assert_allclose(
        explainer.base + values.sum(axis=1), expected, rtol=0, atol=tolerance
    )


def shap_itself(model, name, rows):
    """Explain the encoded columns by shap, then sum them here."""
    part = model.parts[0]
    ready = rows[0] if part.tail is None else part.tail.transform(rows[0])
    estimator = part.estimator
    if type(estimator).__name__ == "VotingClassifier":
        estimator = estimator.estimators_[0]
    found = np.asarray(
        shap.TreeExplainer(estimator).shap_values(ready, check_additivity=False)
    )
    found = found if found.ndim == 3 else found[:, :, None]
    return found[:, :, 1:] if found.shape[2] == 2 else found


SHAP_CANNOT = {
    ("gradient_boosting", TaskType.MULTICLASS),  # binary only
    # It takes the codes of categories for numbers.
    *(("hist_gradient_boosting", task) for task in TaskType),
}


@pytest.mark.parametrize(
    ("name", "task"),
    [(n, t) for n, t in CASES if n in TREES and (n, t) not in SHAP_CANNOT],
)
def test_trees_are_explained_as_by_shap(prepared_model, name, task):
    model, _, rows, _, values = explained(prepared_model, name, task)

    expected = np.moveaxis(
        summed(
            np.moveaxis(shap_itself(model, name, rows), 1, 2), model.parts[0].owner, 5
        ),
        1,
        2,
    )

    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("many_nodes", [0, 1_000_000])
@pytest.mark.parametrize(
    ("name", "task"), [(n, t) for n, t in CASES if n in TREES and n != "xgboost"]
)
def test_single_rows_are_explained_as_many_are(
    prepared_model, monkeypatch, name, task, many_nodes
):
    """By another compiled sum, and by several threads where the trees are large."""
    monkeypatch.setattr(treeshap, "_MANY_NODES", many_nodes)
    monkeypatch.setattr(treeshap.os, "cpu_count", lambda: 3)
    _, _, rows, explainer, values = explained(prepared_model, name, task)

    found = [
        explainer.values(rows_of(rows, slice(i, i + 1)))[0] for i in range(len(values))
    ]

    np.testing.assert_allclose(found, values, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "task"), [(n, t) for n, t in CASES if n in LINEAR])
def test_linear_models_are_explained_as_by_shap(prepared_model, name, task):
    model, _, rows, _, values = explained(prepared_model, name, task)
    part = model.parts[0]
    n = len(part.owner)

    explainer = shap.LinearExplainer(part.estimator, (np.zeros(n), np.eye(n)))
    found = np.asarray(explainer.shap_values(rows[0]))

    found = found[:, :, None] if found.ndim == 2 else found
    expected = np.moveaxis(summed(np.moveaxis(found, 1, 2), part.owner, 5), 1, 2)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-6)


def mixed_by_shap(model, encoded, background):
    """Return shap's view of a model whose columns are what they became in some row.

    A column's cell is the number of the row it is taken from: row 0 is the explained one.
    """
    together = [
        np.concatenate([r, b]) for r, b in zip(encoded, background, strict=True)
    ]

    def predict(cells):
        mixed = []
        for part, matrix in zip(model.parts, together, strict=True):
            rows = cells[:, part.owner].astype(int)
            mixed.append(matrix[rows, np.arange(matrix.shape[1])])
        return model.output(mixed)[:, 1]

    n = len(background[0])
    numbers = np.repeat(np.arange(1, n + 1)[:, None], 5, axis=1).astype(float)
    return predict, shap.maskers.Independent(numbers, max_samples=n)


@pytest.mark.parametrize("name", ["mlp", "ensemble"])
def test_permutation_explainer_is_shaps_with_the_same_seed(
    prepared_model, name, monkeypatch
):
    monkeypatch.setattr("models_app.explanation.sampled.MAX_EXACT", 2)
    model, _, _, encoded = prepared_model(name, **OTHERS[name])
    background = rows_of(encoded, slice(100, 115))
    row = rows_of(encoded, slice(0, 1))
    predict, masker = mixed_by_shap(model, row, background)

    explainer = SampledShap(model, background, effort=Effort(3, 15), seed=5)
    # A column in which the row is like all others is none of shap's business either.
    varying = explainer._varying(row)
    found = explainer.values(row)[0, :, 0]

    assert len(varying) == 5
    theirs = shap.PermutationExplainer(predict, masker, seed=5)
    expected = theirs(np.zeros((1, 5)), max_evals=3 * 11, silent=True)
    np.testing.assert_allclose(found, expected.values[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(explainer.base, expected.base_values, atol=1e-6)


def test_exact_explainer_is_shaps(prepared_model):
    model, _, _, encoded = prepared_model("mlp", **OTHERS["mlp"])
    background = rows_of(encoded, slice(100, 115))
    row = rows_of(encoded, slice(0, 1))
    predict, masker = mixed_by_shap(model, row, background)

    found = SampledShap(model, background, effort=Effort(1, 15)).values(row)[0, :, 0]

    expected = shap.ExactExplainer(predict, masker)(np.zeros((1, 5))).values[0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_encoded_columns_are_summed_to_the_one_they_come_from(prepared_model):
    """By hand: a ridge regression, where every encoded column is a product."""
    model, X, _, encoded = prepared_model("ridge", TaskType.REGRESSION)
    [part] = model.parts
    owners = list(column_of_features(model.pipeline).values())
    row = encoded[0][0]
    by_hand = dict.fromkeys(X.columns, 0.0)
    for name, coefficient, value in zip(owners, part.estimator.coef_, row, strict=True):
        by_hand[name] += coefficient * value

    values = native_explainer(model).values(rows_of(encoded, slice(0, 1)))[0, :, 0]

    assert owners.count("colour") == 3
    assert owners.count("day") > 2
    assert owners.count("note") > 10
    np.testing.assert_allclose(values, list(by_hand.values()), atol=1e-12)


@pytest.mark.parametrize(
    "name", ["random_forest", "lightgbm", "logistic_regression", "mlp"]
)
def test_first_of_two_classes_mirrors_the_second(prepared_model, name):
    _, _, _, second, of_second = explained(prepared_model, name, TaskType.BINARY)
    _, _, _, first, of_first = explained(
        prepared_model, name, TaskType.BINARY, positive=0
    )

    np.testing.assert_allclose(of_first, -of_second, atol=1e-9)
    whole = 1 if first.space == "probability" else 0
    np.testing.assert_allclose(first.base, whole - second.base, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("random_forest", TaskType.BINARY),
        ("lightgbm", TaskType.BINARY),
        ("lightgbm", TaskType.MULTICLASS),
        ("lightgbm", TaskType.REGRESSION),
        ("xgboost", TaskType.REGRESSION),
        ("catboost", TaskType.BINARY),
    ],
)
def test_interactions_of_trees_are_shaps(prepared_model, name, task):
    model, _, _, encoded = prepared_model(name, task, **TREES[name])
    [part] = model.parts
    estimator = part.estimator
    if type(estimator).__name__ == "VotingClassifier":
        estimator = estimator.estimators_[0]
    ready = encoded[0][:20]
    ready = ready if part.tail is None else part.tail.transform(ready)
    found = np.asarray(shap.TreeExplainer(estimator).shap_interaction_values(ready))
    theirs = found if found.ndim == 4 else found[..., None]
    theirs = np.moveaxis(theirs[..., 1:] if theirs.shape[3] == 2 else theirs, 3, 1)
    once = summed(theirs, part.owner, 5)
    pairs = summed(np.swapaxes(once, 2, 3), part.owner, 5)

    strength, n_rows = native_explainer(model).pairs(encoded[0][:20], 60.0, 2)

    expected = 2 * np.abs(pairs).sum(axis=1).mean(axis=0)
    np.fill_diagonal(expected, 0)
    assert n_rows == 20
    assert expected.max() > 1e-3
    np.testing.assert_allclose(strength, expected, atol=1e-6)


def test_interactions_of_catboost_with_classes_are_its_own_summed(prepared_model):
    """By hand: shap cuts them at the wrong axis."""
    from catboost import Pool  # noqa: PLC0415 - heavy

    model, _, _, encoded = prepared_model("catboost", TaskType.MULTICLASS, iterations=6)
    [part] = model.parts
    ready = encoded[0][:4]
    ready = ready if part.tail is None else part.tail.transform(ready)
    kinds = part.estimator.get_cat_feature_indices() or None
    theirs = part.estimator.get_feature_importance(
        Pool(ready, cat_features=kinds), type="ShapInteractionValues"
    )
    expected = np.zeros((5, 5))
    for a in range(5):
        for b in set(range(5)) - {a}:
            block = theirs[:, :, :-1, :-1][:, :, part.owner == a][..., part.owner == b]
            expected[a, b] = 2 * np.abs(block.sum(axis=(2, 3))).sum() / len(ready)

    strength, n_rows = native_explainer(model).pairs(encoded[0][:4], 60.0, 1)

    assert (n_rows, theirs.shape[1]) == (4, 3)
    assert expected.max() > 1e-3
    np.testing.assert_allclose(strength, expected, atol=1e-9)


@pytest.mark.parametrize("name", ["random_forest", "lightgbm", "catboost"])
def test_interactions_end_when_the_time_is_up(prepared_model, name):
    model, _, _, encoded = prepared_model(name, **TREES[name])

    _, n_rows = native_explainer(model).pairs(encoded[0], 1e-9, 1)

    assert 0 < n_rows < len(encoded[0])


@pytest.mark.parametrize("task", list(TaskType))
def test_trees_of_lightgbm_answer_as_it_does_whatever_is_missing(prepared_model, task):
    model, _, _, encoded = prepared_model("lightgbm", task, **SMALL)
    rows = encoded[0][:60].copy()
    rows[::3, 0] = np.nan
    rows[1::3] = np.nan
    rows[2::6, 2] = 200.0  # a category that was never there

    explainer = native_explainer(model)
    values = explainer.values([rows])

    expected = model.parts[0].estimator.booster_.predict(rows, raw_score=True)
    np.testing.assert_allclose(
        (explainer.base + values.sum(axis=1)).ravel(), expected.ravel(), atol=1e-9
    )


def test_lightgbm_of_many_categories_is_explained_by_itself():
    """Codes from 256 on have no room in our bitsets: the library's own sums are taken."""
    from lightgbm import LGBMClassifier  # noqa: PLC0415 - heavy

    rng = np.random.default_rng(0)
    codes = rng.integers(0, 400, 4000)
    y = (codes % 7 < 3).astype(int)
    model = LGBMClassifier(n_estimators=5, min_child_samples=2, verbosity=-1)
    model.fit(codes[:, None].astype(float), y, categorical_feature=[0])

    assert trees_of(model) is None


def test_time_limit_ends_after_the_row_it_falls_in(prepared_model):
    model, _, _, encoded = prepared_model("mlp", **OTHERS["mlp"])
    explainer = SampledShap(model, rows_of(encoded, slice(100, 130)))

    assert len(list(explainer.within(encoded, 1e-9))) == 1


def test_effort_is_what_the_time_allows(prepared_model):
    model, _, _, encoded = prepared_model("k_nearest_neighbors")
    explainer = SampledShap(model, rows_of(encoded, slice(100, 130)))

    explainer.adapt(encoded, seconds=1e-6, n_rows=100)
    least = explainer.effort
    explainer.adapt(encoded, seconds=1e6, n_rows=100)

    assert (least, explainer.effort) == (Effort(1, 5), Effort(10, 30))
