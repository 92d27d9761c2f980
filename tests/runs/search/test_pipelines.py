import numpy as np
import pandas as pd
import pytest

from runs.search.folds import encode_target
from runs.search.pipelines import (
    TEXT_COMPONENTS,
    categorical_positions,
    column_of_features,
    feature_names,
    make_pipeline,
    make_preprocessor,
)
from runs.search.problem import TaskType
from runs.tables.choosing import as_features
from runs.tables.kinds import Column, Kind
from tests.runs.search.conftest import made_labels, made_table

both = pytest.mark.parametrize("recipe", ["linear", "tree"])


@both
def test_preprocessor_gives_one_contiguous_array(recipe):
    X = made_table()

    encoded = make_preprocessor(recipe, random_state=0).fit_transform(X)

    assert type(encoded) is np.ndarray
    assert encoded.dtype == (np.float64 if recipe == "linear" else np.float32)
    assert encoded.flags.c_contiguous or encoded.flags.f_contiguous


@both
def test_preprocessor_is_deterministic(recipe):
    X = made_table()

    once, again = (
        make_preprocessor(recipe, random_state=5).fit_transform(X) for _ in range(2)
    )

    assert np.array_equal(once, again, equal_nan=True)


def test_tree_recipe_keeps_missing_and_codes_categories():
    X = pd.DataFrame({"n": [1.0, None, 3.0], "c": ["b", "a", None]})

    encoded = make_preprocessor("tree", random_state=0).fit_transform(X)

    assert np.array_equal(encoded, [[1, 1], [np.nan, 0], [3, np.nan]], equal_nan=True)


def test_tree_recipe_unknown_category_is_missing():
    preprocessor = make_preprocessor("tree", random_state=0)
    preprocessor.fit(pd.DataFrame({"c": ["b", "a"]}))

    encoded = preprocessor.transform(pd.DataFrame({"c": ["z", "b"]}))

    assert np.array_equal(encoded, [[np.nan], [1]], equal_nan=True)


def test_linear_recipe_scales_and_leaves_nothing_missing():
    encoded = make_preprocessor("linear", random_state=0).fit_transform(made_table())

    assert np.isfinite(encoded).all()
    assert np.allclose(encoded.mean(axis=0), 0, atol=1e-6)


@both
def test_infinite_values_count_as_missing(recipe):
    X = pd.DataFrame({"n": [1.0, np.inf, -np.inf, 3.0], "m": [1.0, 2.0, 3.0, 4.0]})
    gaps = X.replace([np.inf, -np.inf], np.nan)

    encoded = make_preprocessor(recipe, random_state=0).fit_transform(X)

    expected = make_preprocessor(recipe, random_state=0).fit_transform(gaps)
    assert np.array_equal(encoded, expected, equal_nan=True)


@both
def test_column_of_features_names_the_uploaded_columns(recipe):
    X = made_table()
    preprocessor = make_preprocessor(recipe, random_state=0)
    encoded = preprocessor.fit_transform(X)

    origin = column_of_features(preprocessor)

    assert list(origin) == feature_names(preprocessor)
    assert len(origin) == encoded.shape[1]
    assert set(origin.values()) == set(X.columns)
    texts = [name for name, column in origin.items() if column == "name"]
    assert len(texts) == TEXT_COMPONENTS
    if recipe == "linear":
        assert origin["missingindicator_gaps"] == "gaps"


def test_make_preprocessor_unknown_recipe_is_refused():
    with pytest.raises(ValueError, match="known are linear, tree and native"):
        make_preprocessor("poly", random_state=0)


@pytest.mark.parametrize("algorithm", ["logistic", "forest", "hgb"])
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"blank": [None] * 60}, id="all-missing"),
        pytest.param({"once": [3.0] + [None] * 59}, id="one-value"),
        pytest.param({"same": ["a"] * 60}, id="constant"),
        pytest.param(
            {"short": [chr(200 + i) for i in range(60)]}, id="tiny-vocabulary"
        ),
        pytest.param({"mixed": [1, "a", None, 2.5, True, "b"] * 10}, id="mixed"),
        pytest.param({"whole": pd.array([1, None] * 30, dtype="Int64")}, id="nullable"),
        pytest.param(
            {"tick": pd.array([True, None, False] * 20, dtype="boolean")}, id="bool"
        ),
        pytest.param({"code": pd.Categorical([1, 2, None] * 20)}, id="category"),
        pytest.param({"day": [pd.Timestamp("2024-01-01"), pd.NaT] * 30}, id="dates"),
        pytest.param({"sign": ["+", "-", " "] * 20}, id="signs"),
    ],
)
def test_pipeline_copes_with_odd_column(algorithm, odd):
    X = made_table(60)[["number"]].assign(**odd)
    y, _ = encode_target(made_labels(made_table(60), TaskType.BINARY), TaskType.BINARY)
    params = {"forest": {"n_estimators": 3}, "hgb": {"max_iter": 3}}.get(algorithm, {})
    pipeline = make_pipeline(algorithm, params, task=TaskType.BINARY, random_state=0)

    predicted = pipeline.fit(X[20:], y[20:]).predict(X[:20])

    assert set(predicted) <= {0, 1}


def coded_table() -> pd.DataFrame:
    months = pd.Series([1, 2, 10, None, 12, 2] * 10)
    frame = pd.DataFrame({"month": months, "n": np.arange(60.0)})
    month = Column("month", Kind.INTEGER_CATEGORY, "", "float64")
    return as_features(frame, [month])


def test_codes_become_indicators_in_the_linear_recipe():
    preprocessor = make_preprocessor("linear", random_state=0).fit(coded_table())

    names = feature_names(preprocessor)

    assert names[:4] == ["month_1", "month_10", "month_12", "month_2"]


def test_codes_are_categories_in_the_native_recipe():
    preprocessor = make_preprocessor("native", random_state=0).fit(coded_table())

    assert categorical_positions(preprocessor) == (0,)


def test_codes_keep_their_order_in_the_tree_recipe():
    encoded = make_preprocessor("tree", random_state=0).fit_transform(coded_table())

    first = encoded[:6, 0]
    assert np.array_equal(first, [1, 2, 10, np.nan, 12, 2], equal_nan=True)


@pytest.mark.parametrize("recipe", ["linear", "tree", "native"])
def test_codes_as_plain_numbers_are_prepared_alike(recipe):
    preprocessor = make_preprocessor(recipe, random_state=0).fit(coded_table())
    plain = pd.DataFrame({"month": [2, 10, 12], "n": [0.0, 1.0, 2.0]})
    month = Column("month", Kind.INTEGER_CATEGORY, "", "int64")

    encoded = preprocessor.transform(plain)

    expected = preprocessor.transform(as_features(plain, [month]))
    assert np.array_equal(encoded, expected)


def test_texts_that_look_like_numbers_stay_texts():
    frame = pd.DataFrame({"zip": pd.Series(["10", "20", "10"] * 20, dtype="str")})
    features = as_features(frame, [Column("zip", Kind.CATEGORY, "", "string")])
    preprocessor = make_preprocessor("linear", random_state=0).fit(features)

    words = pd.DataFrame({"zip": ["10", "none"]})

    assert feature_names(preprocessor) == ["zip_10", "zip_20"]
    assert len(preprocessor.transform(words)) == 2
