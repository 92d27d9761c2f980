from models_app.charts.roc import MAX_SHOWN, Curve, RocData, roc_data, roc_figure


def stored(n_curves=1):
    curve = {
        "area": 0.75,
        "n_positive": 2,
        "false_positive_rate": [0, 0.5, 1],
        "true_positive_rate": [0, 1, 1],
        "threshold": [None, 0.6, 0.1],
    }
    return {
        "curves": [{"label": f"class {i}", **curve} for i in range(n_curves)],
        "micro_area": None,
        "macro_area": None,
        "undefined": [],
    }


def test_roc_data_carries_the_curves_and_the_rows():
    data = roc_data(stored(), rows="holdout", n_rows=1)

    assert data == RocData(
        curves=[Curve("class 0", 0.75, 2, [0, 0.5, 1], [0, 1, 1], [None, 0.6, 0.1])],
        micro_area=None,
        macro_area=None,
        undefined=[],
        note="holdout, 1 row",
    )


def test_roc_figure_names_areas_and_draws_the_diagonal():
    figure = roc_figure(roc_data(stored(), rows="holdout", n_rows=4))

    assert [trace.name for trace in figure.data] == [
        "class 0 (area 0.750)",
        "guessing (area 0.500)",
    ]


def test_roc_figure_of_many_classes_hides_the_later_ones():
    figure = roc_figure(roc_data(stored(MAX_SHOWN + 1), rows="holdout", n_rows=4))

    assert [trace.visible for trace in figure.data[:-1]] == [True] * MAX_SHOWN + [
        "legendonly"
    ]


def test_roc_figure_without_curves_says_why():
    figure = roc_figure(roc_data(stored(0), rows="holdout", n_rows=4))

    assert figure.data == ()
    assert (
        figure.layout.annotations[0].text
        == "The curve needs rows of at least two classes."
    )
