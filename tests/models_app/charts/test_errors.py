from models_app.charts.diagnosis import folds_figure, learning_figure, segments_figure
from models_app.charts.errors import brief, coverage_figure, qq_figure
from models_app.charts.residuals_against import (
    middles,
    residuals_against,
    residuals_against_figure,
)


def against(values, form, **more):
    n = len(values)
    named = {"name": "x", "target": "price", "rows": "holdout", "n_rows": n, **more}
    return residuals_against(
        values, [float(i) for i in range(n)], list(range(n)), form=form, **named
    )


def test_rows_without_a_number_are_left_out_and_counted():
    data = against([1.0, None, 3.0], "number", n_rows=9)

    assert (data.x, data.residual, data.row_numbers) == ([1, 3], [0, 2], [0, 2])
    assert data.note == (
        "holdout, 9 rows, a random 3 shown, 1 without a value left out"
    )


def test_a_column_without_values_is_an_empty_chart():
    data = against([None, None], "number")

    assert data.x == []
    assert middles(data) == []
    assert len(residuals_against_figure(data).data[0].x) == 0


def test_many_groups_are_the_common_ones_and_the_rest():
    data = against([*"aabbccddeeffgghhiijjkkll", "m", "n", None], "group")

    assert set(data.x) == {*"abcdefghijkl", "3 rarer values"}
    assert ("3 rarer values", 25, 3) in middles(data)


def test_middles_are_medians_of_steps_along_the_axis():
    data = against([float(i) for i in range(100)][::-1], "number")

    steps = middles(data)

    assert len(steps) == 10
    assert sum(n for *_, n in steps) == 100
    assert steps[0][:2] == (5.0, 94.5)


def test_times_have_an_axis_of_dates():
    figure = residuals_against_figure(against(["2024-01-01", "2024-02-01"], "time"))

    assert figure.layout.xaxis.type == "date"


def level(level, coverage, local):
    return {"level": level, "coverage": coverage, "local_coverage": local}


def test_coverage_is_drawn_for_all_rows_and_each_group():
    stored = {
        "levels": [level(0.9, 0.92, 0.91), level(0.95, None, None)],
        "groups": [
            {
                "low": None,
                "high": 1500,
                "coverages": [0.8, None],
                "local_coverages": [0.9, None],
            },
            {
                "low": 1500,
                "high": None,
                "coverages": [0.7, None],
                "local_coverages": [0.89, None],
            },
        ],
    }

    figure = coverage_figure(stored, target="price", note="holdout, 99 rows")
    local = coverage_figure(stored, target="price", note="", is_local=True)

    assert figure.data[0].x == ("all rows", "up to 1.5k", "above 1.5k")
    assert figure.data[0].y == (0.92, 0.8, 0.7)
    assert figure.data[1].y == (None, None, None)
    assert local.data[0].y == (0.91, 0.9, 0.89)


def test_qq_line_has_the_stored_slope():
    normal = {
        "theoretical": [-2, 0, 2],
        "residual": [-5, 0, 5],
        "slope": 2.0,
        "intercept": 1.0,
    }

    figure = qq_figure(normal, target="price", note="")

    assert figure.data[1].y == (-3, 5)


def test_folds_without_scores_of_rows_fitted_have_one_trace():
    figure = folds_figure([0.5, None, 0.7], [], title="Accuracy", note="")

    assert [trace.name for trace in figure.data] == ["rows tested"]
    assert figure.data[0].x == ("1", "2", "3")


def test_learning_curve_has_means_with_their_range():
    stored = {
        "n_rows": [10, 20],
        "n_folds": 2,
        "test": [[0.4, 0.6], [0.8, 0.8]],
        "train": [[None, None], [0.9, None]],
    }

    test, train = learning_figure(stored, title="Accuracy").data

    assert test.y == (0.5, 0.8)
    assert [round(up, 6) for up in test.error_y.array] == [0.1, 0]
    assert (train.x, train.y) == ((20,), (0.9,))


def test_segments_without_an_interval_have_a_point_alone():
    segments = [{"label": "a", "n_rows": 3, "measures": {"mae": [2.0, None, None]}}]

    figure = segments_figure(segments, measure="mae", title="MAE", overall=1.0, note="")

    assert figure.data[0].y == ("a (3)",)
    assert figure.data[0].error_x.array == (0,)


def test_brief_numbers():
    assert [brief(v) for v in (0.1234, 45_678, 1.2e6, -2e9)] == [
        "0.123",
        "45.7k",
        "1.2M",
        "-2G",
    ]
