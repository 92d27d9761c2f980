import pytest

from runs.columns import (
    Cell,
    bars,
    column_row,
    delimiter_name,
    percent,
    preview,
    short,
    values,
)
from runs.tables.kinds import Kind
from tests.factories import COLUMNS, DatasetFactory


def numeric(**changes):
    return {
        "name": "age",
        "kind": "numeric",
        "reason": "Numbers",
        "dtype": "float64",
        "missing": 1,
        "distinct": 50,
        "min": 0.42,
        "max": 80.0,
        "mean": 29.7,
        "median": 28.0,
        "histogram": {"edges": [0.42, 40.21, 80.0], "counts": [500, 214]},
        **changes,
    }


def category(top, *, other=0, distinct=None):
    return {
        "name": "port",
        "kind": "category",
        "reason": "Few values",
        "dtype": "string",
        "missing": 0,
        "distinct": distinct or len(top),
        "top": top,
        "other": other,
    }


def test_column_row_of_numbers():
    row = column_row(numeric(), n_rows=715)

    assert row.missing_percent == "0.1"
    assert row.bars == [("0.42 to 40.21", 500), ("40.21 to 80", 214)]
    assert row.values == "0.42 to 80, median 28"


def test_column_row_of_every_kind_has_an_icon():
    icons = {column_row(numeric(kind=kind.value), n_rows=1).icon for kind in Kind}

    assert len(icons) == len(Kind)


def test_bars_of_whole_numbers_name_the_number():
    histogram = {"edges": [-0.5, 0.5, 1.5], "counts": [3, 4]}

    assert bars(numeric(histogram=histogram)) == [("0", 3), ("1", 4)]


def test_bars_of_values_end_with_all_others():
    assert bars(category([["S", 9], ["C", 4]], other=2)) == [
        ("S", 9),
        ("C", 4),
        ("all others", 2),
    ]


def test_bars_of_values_that_are_all_different_are_none():
    assert bars(category([["a", 1], ["b", 1]], other=98, distinct=100)) == []


def test_bars_of_free_text_are_none():
    text = category([["1601", 7], ["347082", 6]], other=800, distinct=681)

    assert bars(text | {"kind": "text"}) == []


def test_bars_and_values_of_a_column_without_values_are_empty():
    empty = numeric(
        kind="constant",
        **dict.fromkeys(["min", "max", "mean", "median"]),
        histogram={"edges": [], "counts": []},
        distinct=0,
    )

    assert bars(empty) == []
    assert values(empty) == ""


def test_values_of_many_categories_says_how_many_more():
    top = [["S", 9], ["C", 4], ["Q", 2], ["X", 1]]

    assert values(category(top, distinct=1200)) == "S · C · Q · 1,197 more"


def test_values_of_dates_leave_idle_midnights_out():
    dates = numeric(
        min="2020-01-31T00:00:00", max="2021-01-01T12:30:00", median="2020-06-01"
    )

    assert values(dates) == "2020-01-31 to 2021-01-01 12:30:00, median 2020-06-01"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (3.14159, "3.142"),
        (0.000012345, "1.234e-05"),
        (98765.4, "98,765"),
        (-2.5, "-2.5"),
        (1e300, "1e+300"),
    ],
)
def test_short_keeps_the_digits_that_matter(value, text):
    assert short(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0.0"), (1, 3, "33.3"), (1, 10_000, "< 0.1"), (0, 0, "0.0")],
)
def test_percent_never_calls_something_nothing(part, whole, text):
    assert percent(part, whole) == text


def test_delimiter_name_of_an_odd_one_is_itself():
    assert [delimiter_name(d) for d in (",", "\t", "~", "")] == [
        "comma",
        "tab",
        "~",
        "none",
    ]


def test_preview_aligns_cells_by_the_kind_of_their_column():
    dataset = DatasetFactory.build()

    shown = preview(dataset)

    assert [cell.text for cell in shown.header] == [c["name"] for c in COLUMNS]
    assert shown.rows[1] == [
        Cell("Gentoo", False),
        Cell(None, False),
        Cell("5000", True),
        Cell("46.5", True),
    ]


def test_preview_of_an_unread_table_is_empty():
    assert preview(DatasetFactory.build(preview={}, columns=[])).rows == []
