"""Figures of explanations are plain data that Plotly takes."""

import json

import plotly.graph_objects as go
import pytest

from models_app.charts.dependence import dependence_figure, pair_figure, position_figure
from models_app.charts.shap_points import (
    beeswarm_figure,
    spread,
    spread_figure,
    swarms,
)

ROWS = {
    "numbers": [3, 5, 8, 9],
    "columns": ["age", "colour"],
    "kinds": ["number", "category"],
    "cells": [[20.0, 31.0, None, 54.0], ["red", "blue", "red", None]],
}
VALUES = [[0.1, -0.2], [0.3, 0.1], [-0.4, 0.2], [0.2, 0.0]]
NUMBER = {
    "column": "age",
    "kind": "number",
    "grid": [20.0, 30.0, 40.0, 50.0],
    "shares": [0.02, 0.4, 0.8, 1.0],
    "deciles": [22.0, 33.0],
    "mean": [[0.1, 0.2, 0.3, 0.4]],
    "low": [[0.0, 0.1, 0.2, 0.3]],
    "high": [[0.2, 0.3, 0.4, 0.5]],
    "lines": [[[0.1, 0.2, 0.2, 0.5], [0.0, 0.1, 0.3, 0.3]]],
}
CATEGORY = {
    **NUMBER,
    "column": "colour",
    "kind": "category",
    "grid": ["red", "blue", "green", "grey"],
    "shares": [0.5, 0.1, 0.09, 0.01],
    "deciles": [],
}
PAIR = {
    "columns": ["age", "colour"],
    "grids": [[20.0, 50.0], ["red", "blue", "green"]],
    "counts": [[4, 0, 1], [2, 2, 0]],
    "mean": [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]],
}
POSITION = {**NUMBER, "outputs": [[0.25, 0.25, 0.25, 0.25]]}
WORDS = {"note": "holdout, 4 rows", "unit": "probability of yes"}


def figures():
    yield beeswarm_figure(swarms(ROWS, VALUES, n_columns=2), **WORDS)
    yield beeswarm_figure([], **WORDS)
    for column, by in (("age", "colour"), ("colour", "age"), ("age", "")):
        yield spread_figure(spread(ROWS, VALUES, column=column, by=by), **WORDS)
    yield dependence_figure(NUMBER, 0, **WORDS, n_rows=100)
    yield dependence_figure(CATEGORY, 0, **WORDS, n_rows=100)
    yield pair_figure(PAIR, 0, **WORDS)


def position(*, is_probability):
    about = {"value": 20.0, "answer": 0.25, "unit": "y"}
    return position_figure(POSITION, 0, **about, is_probability=is_probability)


@pytest.mark.parametrize("figure", list(figures()))
def test_plotly_knows_every_word_of_a_figure(figure):
    """Plotly's own objects refuse an attribute or a value they do not know."""
    drawn = go.Figure(figure)

    assert json.loads(json.dumps(figure))["layout"]["title"]["text"] == WORDS["note"]
    assert len(drawn.data) == len(figure["data"])


def test_beeswarm_has_a_point_a_row_and_column_and_greys_missing_values():
    figure = beeswarm_figure(swarms(ROWS, VALUES, n_columns=2), **WORDS)

    known, gone = figure["data"]
    assert sorted([*known["x"], *gone["x"]]) == sorted(v for r in VALUES for v in r)
    assert sorted(gone["text"]) == ["row 8: age = missing", "row 9: colour = missing"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["colour", "age"]


def test_beeswarm_without_columns_is_a_sentence():
    figure = beeswarm_figure([], **WORDS)

    assert figure["data"] == []
    assert figure["layout"]["annotations"][0]["text"] == "The model uses no column."


def test_dependence_of_a_number_has_lines_band_mean_and_tenths():
    figure = dependence_figure(NUMBER, 0, **WORDS, n_rows=100)

    *lines, band, mean, tenths = figure["data"]
    assert [line["y"] for line in lines] == NUMBER["lines"][0]
    assert band["y"] == [*NUMBER["high"][0], *reversed(NUMBER["low"][0])]
    assert (mean["x"], mean["y"]) == (NUMBER["grid"], NUMBER["mean"][0])
    assert tenths["x"] == NUMBER["deciles"]
    ends = [(shape["x0"], shape["x1"]) for shape in figure["layout"]["shapes"]]
    assert ends == [(20.0, 30.0), (40.0, 50.0)]


def test_dependence_of_a_category_has_single_rows_and_pales_what_few_rows_have():
    figure = dependence_figure(CATEGORY, 0, **WORDS, n_rows=100)

    single, middle, mean = figure["data"]
    assert single["x"] == CATEGORY["grid"] * 2
    assert single["y"] == [v for line in CATEGORY["lines"][0] for v in line]
    assert middle["error_y"]["array"] == pytest.approx([0.1] * 4)
    assert mean["y"] == CATEGORY["mean"][0]
    assert mean["customdata"] == [
        *("50 rows, 50.0 %", "10 rows, 10.0 %"),
        *("9 rows, 9.0 %, few", "1 row, 1.0 %, few"),
    ]
    colours = mean["marker"]["color"]
    assert colours[0] == colours[1] != colours[2] == colours[3]


@pytest.mark.parametrize("is_probability", [True, False])
def test_curve_of_a_single_answer_has_an_axis_near_it(is_probability):
    figure = position(is_probability=is_probability)

    axis = go.Figure(figure).layout.yaxis
    if is_probability:
        assert axis.autorangeoptions.clipmin == pytest.approx(0, abs=0.05)
        assert axis.autorangeoptions.clipmax == pytest.approx(1, abs=0.05)
    else:
        assert axis.tickvals == (0.25,)


def test_codes_are_in_the_order_of_their_numbers():
    rows = {
        "numbers": [1, 2, 3, 4],
        "columns": ["floor", "age"],
        "kinds": ["category", "number"],
        "cells": [["10", "10", "9", None], [1.0, 2.0, 3.0, 4.0]],
    }
    values = [[0.1, 0.2]] * 4

    strips = spread_figure(spread(rows, values, column="floor"), **WORDS)
    legend = spread_figure(spread(rows, values, column="age", by="floor"), **WORDS)
    [floors, _] = swarms(rows, values, n_columns=2)

    assert strips["layout"]["xaxis"]["ticktext"] == ["9", "10", "missing"]
    assert [trace["name"] for trace in legend["data"]] == ["9", "10", "missing"]
    by_text = dict(zip(floors.text, floors.colour, strict=True))
    assert (by_text["row 3: floor = 9"], by_text["row 1: floor = 10"]) == (0, 1)


def test_pair_has_a_dot_where_no_row_is_near():
    [trace] = pair_figure(PAIR, 0, **WORDS)["data"]

    assert trace["z"] == [[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]
    assert trace["text"] == [["", ""], ["·", ""], ["", "·"]]
