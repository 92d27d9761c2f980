import numpy as np
import pandas as pd
import pytest

from runs.tables.choosing import as_features, with_kinds
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind, guess_kinds

FRAME = pd.DataFrame(
    {
        "number": [1.5, np.nan, 3.0],
        "whole": [10, 2, 10],
        "digits": pd.Series(["1,500", None, "2"], dtype="str"),
        "word": pd.Series(["a", "b", "a"], dtype="str"),
        "truth": [True, False, True],
        "day": pd.Series(["2020-01-02", None, "2020-03-04"], dtype="str"),
        "stamp": [20200102, 20200304, 20211231],
        "date": pd.to_datetime(["2020-01-02", None, "2021-01-01"]),
    }
)


def chosen(**kinds: Kind) -> tuple[pd.DataFrame, dict[str, Column]]:
    frame, columns = with_kinds(FRAME, guess_kinds(FRAME), kinds)
    return frame, {column.name: column for column in columns}


@pytest.mark.parametrize(
    ("name", "kind", "dtype", "values"),
    [
        ("number", Kind.CATEGORY, "string", ["1.5", None, "3"]),
        ("whole", Kind.TEXT, "string", ["10", "2", "10"]),
        ("whole", Kind.INTEGER_CATEGORY, "int64", [10, 2, 10]),
        ("whole", Kind.BOOLEAN, "int64", [10, 2, 10]),
        ("digits", Kind.NUMERIC, "float64", [1500, None, 2]),
        ("digits", Kind.INTEGER_CATEGORY, "float64", [1500, None, 2]),
        ("word", Kind.TEXT, "string", ["a", "b", "a"]),
        ("word", Kind.IGNORE, "string", ["a", "b", "a"]),
        ("truth", Kind.NUMERIC, "int64", [1, 0, 1]),
        ("truth", Kind.CATEGORY, "string", ["True", "False", "True"]),
        ("day", Kind.DATETIME, "datetime64", [pd.Timestamp("2020-01-02"), None, pd.Timestamp("2020-03-04")]),
        ("date", Kind.CATEGORY, "string", ["2020-01-02", None, "2021-01-01"]),
        ("date", Kind.IDENTIFIER, "datetime64", [pd.Timestamp("2020-01-02"), None, pd.Timestamp("2021-01-01")]),
    ],
)  # fmt: skip
def test_chosen_kind_has_its_values(name, kind, dtype, values):
    frame, columns = chosen(**{name: kind})

    assert (columns[name].kind, columns[name].dtype) == (kind, dtype)
    assert columns[name].reason.startswith("Chosen by hand; the guess was ")
    series = frame[name].astype(object)
    assert series.where(series.notna(), None).tolist() == values
    others = [other for other in FRAME if other != name]
    pd.testing.assert_frame_equal(frame[others], FRAME[others])


def test_numbers_written_as_dates_become_dates():
    frame, _ = chosen(stamp=Kind.DATETIME)

    assert frame["stamp"].dt.year.tolist() == [2020, 2020, 2021]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("word", Kind.NUMERIC, '3 values are not a number, such as "a"'),
        ("number", Kind.INTEGER_CATEGORY, '1 value is not a whole number, such as "1.5"'),
        ("word", Kind.DATETIME, "not a date"),
        ("stamp", Kind.BOOLEAN, "3 different values"),
        ("nobody", Kind.TEXT, "no column"),
    ],
)  # fmt: skip
def test_kind_that_does_not_fit_is_refused_with_an_example(name, kind, words):
    with pytest.raises(TableError, match=words) as caught:
        chosen(**{name: kind})

    assert caught.value.field == name


def test_there_and_back_is_the_same_table():
    columns = guess_kinds(FRAME)
    there = with_kinds(FRAME, columns, {"number": Kind.TEXT, "date": Kind.CATEGORY})

    frame, _ = with_kinds(*there, {"number": Kind.NUMERIC, "date": Kind.DATETIME})

    pd.testing.assert_frame_equal(frame, FRAME)


def test_codes_are_ordered_and_of_whole_numbers():
    frame = pd.DataFrame({"code": [10, np.nan, 2, 2.5]})

    features = as_features(
        frame, [Column("code", Kind.INTEGER_CATEGORY, "", "float64")]
    )

    assert features["code"].cat.categories.tolist() == [2, 10]
    assert features["code"].cat.ordered
    assert features["code"].tolist()[::2] == [10, 2]
    assert features["code"].isna().tolist() == [False, True, False, True]


def test_other_features_are_the_same_frame():
    columns = guess_kinds(FRAME)

    assert as_features(FRAME, columns) is FRAME
