import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runs.tables.kinds import guess_kinds
from runs.tables.labels import label
from runs.tables.profile import preview, profile_columns


def profile(values):
    frame = pd.DataFrame({"x": pd.Series(values)})
    (described,) = profile_columns(frame, guess_kinds(frame))
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    return described


def test_numbers_are_described():
    described = profile([1.0, 2.0, 2.0, 5.0, np.nan])

    assert described["name"] == "x"
    assert described["kind"] == "numeric"
    assert described["dtype"] == "float64"
    assert described["missing"] == 1
    assert described["distinct"] == 3
    assert (described["min"], described["max"]) == (1.0, 5.0)
    assert (described["mean"], described["median"]) == (2.5, 2.0)
    assert described["classes"] == [["2", 2], ["1", 1], ["5", 1]]
    assert "top" not in described


def test_histogram_of_few_integers_has_a_bin_for_each():
    histogram = profile([1, 2, 2, 5])["histogram"]

    assert histogram == {
        "edges": [0.5, 1.5, 2.5, 3.5, 4.5, 5.5],
        "counts": [1, 2, 0, 0, 1],
    }


def test_histogram_agrees_with_numpy():
    values = np.random.default_rng(0).normal(size=1000)

    histogram = profile(values)["histogram"]

    counts, edges = np.histogram(values, bins=20)
    assert histogram["counts"] == counts.tolist()
    assert histogram["edges"] == pytest.approx(edges.tolist())


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from([5e-324, 1e308, -1e308, 1e16]),
        min_size=1,
        max_size=60,
    )
)
@settings(max_examples=60, deadline=None)
@example([1.7976931348623157e308, -1e308])
def test_histogram_counts_every_number(values):
    histogram = profile(values)["histogram"]

    assert sum(histogram["counts"]) == len(values)
    assert len(histogram["edges"]) == len(histogram["counts"]) + 1 <= 21
    assert histogram["edges"] == sorted(set(histogram["edges"]))


def test_dates_are_described_as_iso_texts():
    days = pd.to_datetime(["2020-01-01", "2020-01-03", "2020-01-05", None])

    described = profile(days)

    assert described["min"] == "2020-01-01"
    assert described["median"] == described["mean"] == "2020-01-03"
    assert described["max"] == "2020-01-05"
    assert described["missing"] == 1
    assert described["histogram"]["counts"] == [1, 2]
    assert described["histogram"]["edges"][0] == "2020-01-01"
    assert described["histogram"]["edges"][-1] == "2020-01-05"


def test_texts_are_counted_by_frequency_then_value():
    described = profile(["b", "a", "c", "c", None, "a", "d"])

    assert described["classes"] == [["a", 2], ["c", 2], ["b", 1], ["d", 1]]
    assert described["top"] == described["classes"]
    assert described["other"] == 0
    assert described["missing"] == 1
    assert "histogram" not in described


def test_many_texts_show_ten_and_count_the_rest():
    described = profile([f"v{i:03d}" for i in range(101)] + ["v050"])

    assert described["top"][:2] == [["v050", 2], ["v000", 1]]
    assert len(described["top"]) == 10
    assert described["other"] == 102 - 11
    assert described["distinct"] == 101
    assert "classes" not in described


def test_truth_values_are_counted():
    described = profile([True, False, True])

    assert described["top"] == [["True", 2], ["False", 1]]


def test_column_without_values_has_no_figures():
    described = profile([np.nan, np.nan])

    assert described["missing"] == 2
    assert described["distinct"] == 0
    assert described["min"] is None
    assert described["histogram"] == {"edges": [], "counts": []}
    assert described["classes"] == []


def test_preview_shows_the_first_rows_as_text():
    frame = pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.0, np.nan, 0.1],
            "s": ["a", None, "c"],
            "b": [True, False, True],
            "d": pd.to_datetime(["2020-01-01 00:00", "2020-01-01 12:30", None]),
        }
    )

    assert preview(frame, n_rows=2) == {
        "columns": ["i", "f", "s", "b", "d"],
        "rows": [
            ["1", "1", "a", "True", "2020-01-01"],
            ["2", None, None, "False", "2020-01-01 12:30:00"],
        ],
    }
    assert len(preview(frame)["rows"]) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (np.float64(-3.0), "-3"),
        (np.int64(7), "7"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (np.bool_(True), "True"),
        ("yes", "yes"),
    ],
)
def test_label_of_a_value(value, text):
    assert label(value) == text
