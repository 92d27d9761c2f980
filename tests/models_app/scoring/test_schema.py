import numpy as np
import pandas as pd
import pytest

from models_app.scoring.schema import Findings, check_names
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind

COLUMNS = [
    Column("weight", Kind.NUMERIC, "", "float64"),
    Column("colour", Kind.CATEGORY, "", "string"),
    Column("day", Kind.DATETIME, "", "datetime64"),
]
SEEN = {"colour": ["red", "blue"]}


def found(frame, **more):
    findings = Findings(COLUMNS, SEEN, "price", **more)
    # By columns, as a large file comes.
    parts = [findings.take(frame[[name]]) for name in frame.columns]
    return findings, pd.concat(parts, axis=1)


def test_names_of_all_columns_are_accepted():
    check_names(["day", "page", "weight", "colour"], COLUMNS)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["Weight ", "colour", "day"], "weight (the nearest there is: Weight )"),
        (["color", "weight", "day"], "colour (the nearest there is: color)"),
        (["zzz", "weight", "day"], "a column that the model needs: colour."),
        (["weight"], "2 columns that the model needs: colour, day."),
        # Another needed column is no candidate.
        (["weight", "colour", "dat"], "day (the nearest there is: dat)"),
    ],
)
def test_missing_name_is_refused_with_the_nearest(names, told):
    with pytest.raises(TableError) as error:
        check_names(names, COLUMNS)

    assert told in str(error.value)


def test_rows_like_those_of_training_say_nothing():
    frame = pd.DataFrame({"weight": [1, 2], "colour": ["red", "blue"]})
    frame["day"] = pd.to_datetime(["2024-01-01", "2024-01-02"])

    findings, X = found(frame)

    assert findings.sentences() == []
    assert X["weight"].dtype == np.float64


def test_one_row_is_told_its_values_without_counts():
    row = {"weight": ["heavy"], "colour": ["pink"], "day": [4.0]}

    findings, _ = found(pd.DataFrame(row))

    sentences = findings.sentences()
    assert (
        "day: 4 is not a date, as all are in training; taken as missing."
        in (sentences[1])
    )
    assert sentences[1].startswith("weight: heavy is not a number, as all are in ")
    assert sentences[-1] == (
        "colour: pink was never seen in training; taken as unknown."
    )


def test_each_column_is_named_with_its_count():
    frame = pd.DataFrame(
        {
            "weight": pd.Series(["1", "heavy", None, "4"], dtype="str"),
            "page": [1, 2, 3, 4],
            "colour": pd.Series(["red", "pink", "pink", "grey"], dtype="str"),
            "day": [1.0, 2.0, 3.0, 4.0],
        }
    )

    findings, X = found(frame)

    assert findings.sentences() == [
        "Columns the model does not use: page.",
        "Not of the type seen in training: weight has text instead of numbers, "
        "day has numbers instead of dates.",
        "5 values (weight 1, day 4) could not be read as the number or date seen in "
        "training; taken as missing.",
        "4 of 4 rows lack a value in some column (weight 2, day 4); they are predicted "
        "as the model learned to treat missing values.",
        "3 values (colour 3, such as pink, grey) were never seen in training; taken as "
        "unknown.",
    ]
    assert X["weight"].isna().sum() == 2


def test_dates_as_text_are_no_other_type_in_json():
    frame = pd.DataFrame({"day": pd.Series(["2024-02-01", "2024-02-03"], dtype="str")})

    findings, X = found(frame, has_dates=False)

    assert findings.sentences() == []
    assert X["day"].tolist() == [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-02-03")]
