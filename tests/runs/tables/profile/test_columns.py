import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runs.tables.kinds import Kind, guess_kinds
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
@example([1.7976931348623157e308])
@example([-1e16, -1e16])
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


def detailed(values, kind=None):
    frame = pd.DataFrame({"x": pd.Series(values)})
    (column,) = guess_kinds(frame)
    if kind is not None:
        column = dataclasses.replace(column, kind=kind)
    (described,) = profile_columns(frame, [column], detailed=True)
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    return described


def test_details_of_numbers_agree_with_numpy_and_scipy():
    values = np.random.default_rng(0).lognormal(size=501).round(2) - 1

    described = detailed(values)

    expected = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert list(described["quantiles"].values()) == pytest.approx(expected.tolist())
    assert described["std"] == pytest.approx(values.std())
    assert described["skew"] == pytest.approx(scipy.stats.skew(values))
    assert described["n_zero"] == (values == 0).sum()
    assert described["n_negative"] == (values < 0).sum()
    third, first = expected[3], expected[1]
    fence = third + 3 * (third - first)
    assert described["outliers"]["n_high"] == (values > fence).sum() > 0
    assert described["outliers"]["distance"] == pytest.approx(
        (values.max() - third) / (third - first)
    )


def test_infinite_numbers_are_counted_and_left_out():
    described = detailed([1.0, 2.0, 3.0, np.inf, -np.inf, np.nan])

    assert described["n_infinite"] == 2
    assert (described["min"], described["max"], described["mean"]) == (1.0, 3.0, 2.0)
    assert described["quantiles"]["50"] == 2.0


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([1, 1, 2, 9], "ascending"),
        ([9, 2, 2], "descending"),
        ([1, 9, 2], None),
        ([4, 4, 4], None),
        ([1.0, np.nan, 2.0], "ascending"),
    ],
)
def test_order_of_rows_is_told(values, order):
    assert detailed(values)["order"] == order


def test_most_frequent_number_is_told():
    assert detailed([3, 1, 2, 2, 1])["most"] == ["1", 2]


def test_gap_and_step_of_dates_are_told():
    days = ["2020-01-02", "2020-01-01", "2020-01-03", "2020-02-01"]

    described = detailed(pd.to_datetime(days))

    assert described["step_seconds"] == 86400
    assert described["largest_gap"] == {
        "from": "2020-01-03",
        "to": "2020-02-01",
        "seconds": 29 * 86400.0,
    }
    assert described["quantiles"]["25"] == "2020-01-01 18:00:00"
    assert described["order"] is None


def test_lengths_of_texts_are_counted_in_words_and_characters():
    described = detailed(["one", " two  words ", None, "here are three"], Kind.TEXT)

    assert described["words"] == {
        "5": pytest.approx(1.1),
        "25": 1.5,
        "50": 2.0,
        "75": 2.5,
        "95": pytest.approx(2.9),
        "max": 3.0,
    }
    assert described["characters"]["max"] == 14
    assert described["longest"] == "here are three"
    assert described["examples"] == ["one", " two  words ", "here are three"]


def test_longest_text_is_cut():
    assert detailed(["a", "b" * 1000])["longest"] == "b" * 300


def test_what_is_no_number_among_numbers_is_shown_with_its_row():
    described = detailed(["1", None, "2,5", "three", "-4e3", "three", "5", "x"])

    assert described["mixed"] == {
        "n_numbers": 4,
        "n_other": 3,
        "n_distinct_other": 2,
        "examples": [[4, "three"], [8, "x"]],
    }


@pytest.mark.parametrize("values", [["a", "b"], ["1", "2"], ["1", "a"], ["a", None]])
def test_words_or_numbers_alone_are_not_mixed(values):
    assert detailed(pd.Series(values, dtype="str"))["mixed"] is None


@pytest.mark.parametrize(
    ("values", "is_code"),
    [(["A-1", "BC-22"], True), (["A-1", "two"], False), (["A 1", "B 2"], False)],
)
def test_codes_are_told_from_words(values, is_code):
    assert detailed(values)["is_code"] is is_code
