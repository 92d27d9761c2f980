"""Partial dependence is what brute force through the pipeline gives."""

import numpy as np
import pandas as pd
import pytest

from models_app.explanation.dependence import grid_of, individual, joint, with_values
from models_app.explanation.prepared import rows_of
from runs.search.problem import TaskType


@pytest.mark.parametrize("name", ["random_forest", "logistic_regression", "ensemble"])
@pytest.mark.parametrize("column", ["size", "colour", "day"])
def test_individual_curves_are_those_of_brute_force(prepared_model, name, column):
    model, X, _, encoded = prepared_model(name)
    grid = grid_of(X[column], is_numeric=column != "colour", n=4)
    [values] = with_values(model, X.iloc[:1], [column], [grid])

    found = individual(
        model, rows_of(encoded, slice(0, 6)), X.columns.get_loc(column), values
    )

    for at, value in enumerate(grid.points):
        moved = X.iloc[:6].copy()
        moved[column] = pd.Series([value] * 6, dtype=X[column].dtype)
        expected = model.pipeline.predict_proba(moved)
        np.testing.assert_allclose(found[:, at], expected, atol=1e-12)


def test_joint_dependence_is_that_of_brute_force(prepared_model):
    model, X, _, encoded = prepared_model("ridge", TaskType.REGRESSION)
    grids = [
        grid_of(X["size"], is_numeric=True, n=3),
        grid_of(X["colour"], is_numeric=False),
    ]
    pair = with_values(model, X.iloc[:1], ["size", "colour"], grids)

    found = joint(model, rows_of(encoded, slice(0, 5)), (0, 2), pair)

    moved = X.iloc[:5].assign(size=grids[0].points[1], colour=grids[1].points[2])
    moved = moved.astype(X.dtypes)
    assert found.shape == (3, 3, 1)
    np.testing.assert_allclose(found[1, 2, 0], model.pipeline.predict(moved).mean())


def test_grid_of_numbers_is_from_the_least_to_the_greatest():
    grid = grid_of(pd.Series([3.0, 1.0, np.nan, 2.0, 2.0]), is_numeric=True, n=10)

    assert grid.points.tolist() == [1.0, 2.0, 3.0]
    assert grid.shares == [0.25, 0.75, 1.0]


def test_grid_of_categories_begins_with_the_most_frequent():
    grid = grid_of(pd.Series(["b", "a", "b", None]), is_numeric=False)

    assert grid.points.tolist() == ["b", "a"]
    assert grid.shares == [0.5, 0.25]


@pytest.mark.parametrize(
    ("values", "dtype", "order"),
    [
        ([3, 3, 3, 1, 1, 2], "category", [1, 2, 3]),
        (["10", "10", "9"], "str", ["9", "10"]),
        (
            ["2024-03-01", "2024-03-01", "2023-12-31"],
            "str",
            ["2023-12-31", "2024-03-01"],
        ),
        (["10", "10", "other"], "str", ["10", "other"]),
    ],
)
def test_grid_of_categories_that_are_numbers_or_dates_is_in_their_order(
    values, dtype, order
):
    grid = grid_of(pd.Series(values, dtype=dtype), is_numeric=False)

    assert grid.points.tolist() == order
    assert grid.points.dtype == pd.Series(values, dtype=dtype).dtype
    expected = [values.count(value) / len(values) for value in order]
    assert grid.shares == pytest.approx(expected, abs=1e-6)


def test_grid_of_an_empty_column_is_empty():
    column = pd.Series([np.nan, np.nan])

    assert len(grid_of(column, is_numeric=True).points) == 0
    assert len(grid_of(column.astype("object"), is_numeric=False).points) == 0
