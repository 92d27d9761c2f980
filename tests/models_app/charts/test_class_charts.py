"""Charts of a classifier's curves: what they carry and what they name."""

import pytest

from models_app.charts.calibration import calibration_data, calibration_figure
from models_app.charts.classes import MAX_LABEL, named, short
from models_app.charts.distributions import (
    distributions_data,
    distributions_figure,
    shares,
)
from models_app.charts.gain import gain_at, gain_data, gain_figure
from models_app.charts.per_class import per_class_data, per_class_figure
from models_app.charts.precision_recall import (
    precision_recall_data,
    precision_recall_figure,
)
from models_app.charts.thresholds import (
    ThresholdsData,
    cost_figure,
    thresholds_data,
    thresholds_figure,
)

ROWS = {"rows": "holdout", "n_rows": 8}
GAIN = {
    "curves": [
        {
            "label": "yes",
            "n_positive": 2,
            "share": 0.25,
            "asked": [0, 0.25, 1],
            "found": [0, 0.5, 1],
            "distance": 0.4,
            "distance_at": 0.7,
        }
    ],
    "undefined": [],
}
GROUPS = {"predicted": [0.2, 0.9], "actual": [0.1, 1.0], "n_rows": [5, 3]}


def calibrated(n_rows=8, n_classes=0):
    curve = {
        "brier": 0.1,
        "uniform": {"predicted": [0.5], "actual": [0.4], "n_rows": [8]},
        "quantile": GROUPS,
        "uniform_error": 0.1,
        "quantile_error": 0.05,
    }
    labels = ["yes", *(f"class {i}" for i in range(n_classes))]
    curves = [{"label": label, **curve} for label in labels]
    methods = [
        {"method": name, "brier": 0.1, "log_loss": 0.3, "curves": curves}
        for name in ("", "sigmoid")
    ]
    return {"methods": methods, "n_folds": 5, "n_rows": n_rows}


def measured(f1):
    interval = {"value": f1, "low": f1 - 0.1, "high": f1 + 0.1}
    names = ("precision", "recall", "f1", "roc_auc", "average_precision")
    return dict.fromkeys(names, interval)


def test_named_of_many_curves_are_the_worst():
    assert named([0.5, 0.6]) == {0, 1}
    assert named([0.9, 0.1, 0.8, 0.2, 0.9, 0.9, 0.3, 0.9, 0.4]) == {1, 3, 6, 8}


def test_short_label_fits():
    assert short("a" * 40) == "a" * (MAX_LABEL - 1) + "…"
    assert short("no") == "no"


def test_gain_data_adds_the_lift():
    curve = gain_data(GAIN, **ROWS).curves[0]

    assert curve.lift == [None, 2, 1]
    assert gain_at(curve, 0.1) == pytest.approx(0.2)
    assert gain_at(curve, 1) == 1


@pytest.mark.parametrize(("as_lift", "y"), [(False, [0, 0.5, 1]), (True, [None, 2, 1])])
def test_gain_figure_draws_gain_or_lift(as_lift, y):
    figure = gain_figure(gain_data(GAIN, **ROWS), as_lift=as_lift)

    assert list(figure.data[0].y) == y
    assert figure.data[0].name == "yes (KS 0.400)"
    assert figure.layout.title.text == "holdout, 8 rows"


def test_precision_recall_figure_draws_what_guessing_gives():
    curve = {
        "label": "yes",
        "average_precision": 0.8,
        "n_positive": 2,
        "share": 0.25,
        "recall": [0, 1],
        "precision": [1, 0.5],
        "threshold": [None, 0.1],
    }
    stored = {
        "curves": [curve],
        "micro_average": None,
        "macro_average": None,
        "undefined": [],
        "n_micro_rows": None,
    }

    figure = precision_recall_figure(precision_recall_data(stored, **ROWS))

    names = [trace.name for trace in figure.data]
    assert names == ["yes (AP 0.800)", "guessing (AP 0.250)"]
    empty = precision_recall_data({**stored, "curves": []}, **ROWS)
    assert precision_recall_figure(empty).layout.annotations[0].text


@pytest.mark.parametrize(
    ("strategy", "x", "error"),
    [("quantile", [0.2, 0.9], 0.05), ("uniform", [0.5], 0.1)],
)
def test_calibration_data_is_of_the_groups_that_are_asked(strategy, x, error):
    data = calibration_data(calibrated(), strategy=strategy, **ROWS)

    assert [m.title for m in data.methods] == ["as predicted", "sigmoid"]
    assert (data.methods[0].curves[0].x, data.methods[0].curves[0].error) == (x, error)


def test_calibration_of_a_sample_says_so():
    data = calibration_data(calibrated(n_rows=4), **ROWS)

    assert data.note == "holdout, 8 rows, 4 of them shown"


def test_calibration_figure_of_many_classes_keeps_them_for_the_legend():
    figure = calibration_figure(calibration_data(calibrated(n_classes=3), **ROWS))

    hidden = [t for t in figure.data if t.visible == "legendonly"]
    assert len(hidden) == 3
    assert [t.showlegend for t in hidden] == [True, False, False]


def test_distributions_of_two_classes_are_histograms_of_many_a_map():
    scores = {"label": "yes", "own": [1, 3], "others": [4, 0]}
    stored = {"edges": [0, 0.5, 1], "classes": [scores]}

    two = distributions_figure(distributions_data(stored, **ROWS))
    many = distributions_figure(
        distributions_data({**stored, "classes": [scores, scores]}, **ROWS)
    )

    assert [list(trace.y) for trace in two.data] == [[25, 75], [100, 0]]
    assert [list(row) for row in many.data[0].z] == [[25, 75], [25, 75]]
    assert shares([0, 0]) == [0, 0]


def test_per_class_figure_begins_with_the_worst():
    row = {"n_rows": 4, "n_predicted": 4}
    nothing = dict.fromkeys(measured(0), None)
    stored = {
        "level": 0.95,
        "classes": [
            {"label": "good", "metrics": measured(0.9), **row},
            {"label": "bad", "metrics": measured(0.3), **row},
            {"label": "absent", "metrics": nothing, **row},
        ],
    }

    figure = per_class_figure(per_class_data(stored, **ROWS))

    assert list(figure.layout.yaxis.ticktext) == ["absent", "bad", "good"]
    assert list(figure.data[2].x) == [0.3, 0.9]
    assert list(figure.data[2].error_x.array) == pytest.approx([0.1, 0.1])


def test_a_class_that_was_never_predicted_has_no_precision():
    zero = {"value": 0.0, "low": 0.0, "high": 0.0}
    row = {"label": "rare", "n_rows": 3, "n_predicted": 0}
    metrics = {"precision": zero, "recall": zero, "f1": zero}
    stored = {"level": 0.95, "classes": [{**row, "metrics": metrics}]}

    [found] = per_class_data(stored, **ROWS).classes

    assert found.metrics == {"precision": None, "recall": (0, 0, 0), "f1": (0, 0, 0)}


def test_thresholds_data_are_shares_at_each():
    stored = {
        "label": "yes",
        "threshold": [0.2, 0.7, 0.8],
        "true_positive": [2, 1, 0],
        "false_positive": [2, 1, 0],
        "n_positive": 2,
        "n_negative": 2,
    }

    data = thresholds_data(stored)

    assert data == ThresholdsData(
        label="yes",
        threshold=[0.2, 0.7, 0.8],
        precision=[0.5, 0.5, None],
        recall=[1, 0.5, 0],
        f1=[pytest.approx(2 / 3), 0.5, 0],
        called=[1, 0.5, 0],
    )
    names = [t.name for t in thresholds_figure(data).data]
    assert names == ["precision", "recall", "F1", "called yes"]
    assert list(cost_figure(data, [3, 2, 1]).data[0].y) == [3, 2, 1]
