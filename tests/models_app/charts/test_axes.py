import pytest

from models_app.charts.axes import around_one
from models_app.charts.compared import Point, interval_figure
from models_app.charts.diagnosis import folds_figure
from models_app.charts.shap_points import Spread, spread_figure


@pytest.mark.parametrize(
    ("values", "wanted"),
    [([5.0, 5.0, None], [4.5, 5.5]), ([-2.0], [-2.2, -1.8]), ([0.0], [-1.0, 1.0])],
)
def test_an_axis_of_one_value_has_it_in_the_middle(values, wanted):
    axis = around_one(values)

    assert axis["range"] == pytest.approx(wanted)
    assert axis["tickvals"] == [values[0]]


@pytest.mark.parametrize("values", [[], [None], [1.0, 1.1], [float("nan")]])
def test_other_axes_are_left_to_plotly(values):
    assert around_one(values) == {}


def test_a_spread_of_one_value_names_it_alone():
    data = Spread("age", "", "number", "", [40, 40], [0.1, 0.3], [], [1, 2])

    figure = spread_figure(data, note="2 rows", unit="log odds")

    axis = figure["layout"]["xaxis"]
    assert axis["range"] == [36, 44]
    assert axis["ticktext"] == ["40"]
    assert "range" not in figure["layout"]["yaxis"]


def test_a_spread_of_one_category_keeps_its_strip():
    data = Spread("sex", "", "category", "", ["f", "f"], [0.1, 0.3], [], [1, 2])

    figure = spread_figure(data, note="2 rows", unit="log odds")

    assert figure["layout"]["xaxis"]["range"] == [-0.6, 0.6]


def test_a_single_fold_and_an_interval_without_width_are_in_the_middle():
    fold = folds_figure([0.8], [], title="Accuracy", note="of 10 rows")
    same = interval_figure(
        [Point("1 Tree", 1.0, 1.0, 1.0, 2.0, True)], axis="", note=""
    )

    assert list(fold.layout.yaxis.range) == pytest.approx([0.72, 0.88])
    assert list(same.layout.xaxis.range) == pytest.approx([0.9, 1.1])
