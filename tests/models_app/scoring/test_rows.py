"""Rows of JSON are held to the columns of training, value by value."""

import pytest

from models_app.scoring.rows import take_rows
from models_app.scoring.schema import RowsError
from runs.tables.kinds import Column, Kind

COLUMNS = [
    Column("weight", Kind.NUMERIC, "", "float64"),
    Column("grade", Kind.INTEGER_CATEGORY, "", "int64"),
    Column("day", Kind.DATETIME, "", "datetime64"),
    Column("open", Kind.CATEGORY, "", "bool"),
    Column("colour", Kind.CATEGORY, "", "string"),
]
ROW = {"weight": 1.5, "grade": 2, "day": "2024-02-01", "open": True, "colour": "red"}


def take(*rows):
    return take_rows(rows, COLUMNS, categories={}, target="price")


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("weight", "heavy", "“heavy” where a number"),
        ("weight", False, "“false” where a number"),
        ("grade", 2.5, "“2.5” where a whole number"),
        ("grade", True, "“true” where a whole number"),
        ("day", 20240201, "“20240201” where a date"),
        ("day", "soon", "“soon” where a date"),
        ("open", "perhaps", "“perhaps” where true or false"),
    ],
)
def test_value_that_cannot_be_one_is_refused_with_its_row(name, value, needed):
    with pytest.raises(RowsError) as error:
        take(ROW, {**ROW, name: value})

    assert error.value.places == [(1, name, f"{name} has {needed} is needed.")]


def test_column_that_only_other_rows_have_is_refused_with_its_row():
    with pytest.raises(RowsError) as error:
        take(ROW, {n: v for n, v in ROW.items() if n != "day"}, {**ROW, "day": None})

    [(row, column, _)] = error.value.places
    assert (row, column) == (1, "day")


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_empty_value_of_any_column_is_missing(empty):
    X, notes = take(ROW, dict.fromkeys(ROW, empty))

    assert X.iloc[1].isna().all()
    assert notes[-1].startswith("1 of 2 rows lack a value in some column")


def test_what_can_be_read_as_the_type_of_training_is_taken():
    X, _ = take(
        {**ROW, "weight": "1,250.5", "grade": "3", "open": "false ", "colour": " red"}
    )

    assert X.iloc[0].to_dict() | {"day": None} == {
        "weight": 1250.5,
        "grade": 3,
        "day": None,
        "open": False,
        "colour": "red",
    }


def test_of_rows_that_are_all_wrong_the_first_places_are_told():
    with pytest.raises(RowsError) as error:
        take(ROW, *([{}] * 1_000))

    places = error.value.places
    assert len(places) == 100
    assert {place.row for place in places} == set(range(1, 21))
