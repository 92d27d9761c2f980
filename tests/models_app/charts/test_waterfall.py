"""From what is expected of any row to the answer for this one."""

import pytest

from models_app.charts.waterfall import waterfall, waterfall_figure


def texts(values, base):
    columns = [f"c{i}" for i in range(len(values))]
    found = waterfall(columns, [1.0] * len(values), values, base=base)
    [trace] = waterfall_figure(found, note="this row", unit="y", is_probability=False)[
        "data"
    ]
    return trace["text"]


def test_steps_add_up_from_the_base_to_the_output_largest_first():
    assert texts([0.0123, -0.25], 0.5) == ["0.5", "-0.25", "+0.0123", "0.2623"]


def test_large_numbers_are_written_out():
    assert texts([52_300.4, -725.0], 207_190.0) == [
        *("207,190", "+52,300", "-725", "258,765"),
    ]


@pytest.mark.parametrize(
    ("base", "values", "ticks"),
    [
        (0.4, [-0.35, 0.1], [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (0.5, [0.49], [0.4, 0.6, 0.8, 1.0]),
        (0.5, [0.1], None),
    ],
)
def test_ticks_of_a_probability_are_within_0_and_1(base, values, ticks):
    found = waterfall(list("ab")[: len(values)], [1.0] * 2, values, base=base)

    drawn = waterfall_figure(found, note="", unit="p", is_probability=True)

    assert drawn["layout"]["xaxis"].get("tickvals") == ticks


@pytest.mark.parametrize("n_columns", [11, 12, 40])
def test_what_has_no_room_is_one_step_and_the_sum_is_the_same(n_columns):
    values = [1.0 / (i + 1) for i in range(n_columns)]
    found = waterfall(
        list(map(str, range(n_columns))), [None] * n_columns, values, base=0.0
    )

    assert sum(found.steps) == pytest.approx(sum(values))
    assert len(found.names) == min(n_columns, 12)
