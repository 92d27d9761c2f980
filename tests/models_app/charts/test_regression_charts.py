from models_app.charts.predicted_actual import (
    PredictedActualData,
    predicted_actual_data,
    predicted_actual_figure,
)
from models_app.charts.residuals import ResidualsData, residuals_data, residuals_figure

RESIDUALS = {
    "edges": [-1, 0, 3],
    "counts": [2, 4],
    "mean": 0.5,
    "std": 1.25,
    "median_absolute": 0.5,
}


def test_predicted_actual_data_of_all_rows_says_how_many():
    stored = {"actual": [1, 2], "predicted": [1, 3]}

    data = predicted_actual_data(stored, target="price", rows="holdout", n_rows=2)

    assert data == PredictedActualData([1, 2], [1, 3], "price", "holdout, 2 rows")


def test_predicted_actual_data_of_a_sample_says_so():
    stored = {"actual": [1, 2], "predicted": [1, 3]}

    data = predicted_actual_data(stored, target="price", rows="holdout", n_rows=4000)

    assert data.note == "holdout, 4,000 rows, a random 2 shown"


def test_predicted_actual_figure_draws_rows_and_a_diagonal_over_both():
    data = PredictedActualData([1, 2], [0, 3], "price", "holdout, 2 rows")

    figure = predicted_actual_figure(data)

    assert figure.data[0].y == (1, 2)
    assert figure.data[1].x == (0, 3)
    assert figure.layout.xaxis.title.text == "predicted price"


def test_residuals_data_keeps_the_histogram():
    data = residuals_data(RESIDUALS, target="price", rows="out_of_fold", n_rows=6)

    assert data == ResidualsData(
        [-1, 0, 3],
        [2, 4],
        0.5,
        1.25,
        0.5,
        "price",
        "out-of-fold predictions, 6 rows",
    )


def test_residuals_figure_centres_bars_of_the_right_width():
    data = residuals_data(RESIDUALS, target="price", rows="holdout", n_rows=6)

    bars = residuals_figure(data).data[0]

    assert (bars.x, bars.width, bars.y) == ((-0.5, 1.5), (1, 3), (2, 4))
