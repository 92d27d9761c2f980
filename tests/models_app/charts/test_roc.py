from models_app.charts.classes import MAX_NAMED, WORST_NAMED
from models_app.charts.roc import Curve, RocData, roc_data, roc_figure, roc_rows


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


def test_roc_figure_of_many_classes_names_the_worst_and_the_others_together():
    many = stored(MAX_NAMED + 4)
    for i, curve in enumerate(many["curves"]):
        curve["area"] = 0.5 + (i * 5 % 12) / 100  # in no order

    traces = roc_figure(roc_data(many, rows="holdout", n_rows=4)).data[:-1]

    listed = [trace.name for trace in traces if trace.showlegend is not False]
    assert len(traces) == len(listed) == WORST_NAMED + 1
    assert "class 0 (area 0.500)" in listed
    assert f"{MAX_NAMED + 4 - WORST_NAMED} better ones" in listed
    others = traces[0]  # with a gap after each
    assert list(others.x) == [0, 0.5, 1, None] * (MAX_NAMED + 4 - WORST_NAMED)
    assert "class 4" in others.text[8]


def test_roc_figure_draws_the_means_of_the_classes_with_their_areas():
    means = {"false_positive_rate": [0, 1], "true_positive_rate": [0.4, 1]}
    many = {
        **stored(3),
        "micro_area": 0.72,
        "macro_area": 0.7,
        "micro": means,
        "macro": means,
    }

    traces = roc_figure(roc_data(many, rows="holdout", n_rows=4)).data

    assert [trace.name for trace in traces[3:]] == [
        "macro average (area 0.700)",
        "micro average (area 0.720)",
        "guessing (area 0.500)",
    ]
    assert list(traces[3].y) == [0.4, 1]


def test_roc_rows_are_the_points_of_classes_and_means():
    means = {"false_positive_rate": [0, 1], "true_positive_rate": [0.4, 1]}

    rows = list(roc_rows({**stored(), "micro": means}))

    assert rows[1] == ["class 0", 0.6, 0.5, 1]
    assert rows[3:] == [
        ["micro average", None, 0, 0.4],
        ["micro average", None, 1, 1],
    ]


def test_roc_figure_without_curves_says_why():
    figure = roc_figure(roc_data(stored(0), rows="holdout", n_rows=4))

    assert figure.data == ()
    assert (
        figure.layout.annotations[0].text
        == "The curve needs rows of at least two classes."
    )
