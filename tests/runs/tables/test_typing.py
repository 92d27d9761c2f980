"""The type a column gets from the way its values are written."""

import numpy as np
import pandas as pd
import pytest

from runs.tables.kinds import Kind


def column(read, values, **options):
    """Read one column beside a plain one, every value quoted; its series and entry."""
    cells = ['"' + str(value).replace('"', '""') + '"' for value in values]
    rows = [f'"k{i}","{i * 0.5}",{cell}' for i, cell in enumerate(cells)]
    table = read("\n".join(["key,plain,x", *rows]) + "\n", **options)
    return table.frame["x"], table.columns[2], table


@pytest.mark.parametrize(
    ("texts", "dtype", "values"),
    [
        (["1", "2", "-3"], "int64", [1, 2, -3]),
        (["007", "+12", "3"], "int64", [7, 12, 3]),
        (["1.5", ".5", "2."], "float64", [1.5, 0.5, 2.0]),
        (["1e3", "-2.5E-2", "7"], "float64", [1000.0, -0.025, 7.0]),
        (["1,234", "5,678,901", "12"], "int64", [1234, 5678901, 12]),
        (["1,234.5", "2", "3.25"], "float64", [1234.5, 2.0, 3.25]),
        (["1,5", "2,25", "3"], "float64", [1.5, 2.25, 3.0]),
        (["1.234,5", "2.000,0", "7,1"], "float64", [1234.5, 2000.0, 7.1]),
        (["1 234", "5 678 901", "12"], "int64", [1234, 5678901, 12]),
        (["1'234.5", "12.0", "7"], "float64", [1234.5, 12.0, 7.0]),
        (["$1,234.50", "$7.00", "$12.25"], "float64", [1234.5, 7.0, 12.25]),
        (["12 %", "7.5 %", "3 %"], "float64", [12.0, 7.5, 3.0]),
        (["1e999", "2", "3"], "float64", [np.nan, 2.0, 3.0]),
    ],
)
def test_numbers_in_every_spelling(read, texts, dtype, values):
    series, entry, _ = column(read, texts)

    assert series.dtype == dtype
    assert entry.dtype == dtype
    np.testing.assert_array_equal(series, values)


def test_semicolon_makes_a_comma_decimal(read):
    table = read("a;b\n1,234;x\n5,678;y\n")

    assert table.frame["a"].tolist() == [1.234, 5.678]
    assert table.repairs == ['Numbers written with a decimal comma in "a".']


@pytest.mark.parametrize(
    "token",
    ["", " ", "NA", "N/A", "null", "NULL", "NaN", "nan", "None", "?", "-", "#N/A", "inf"],
)  # fmt: skip
def test_missing_among_numbers_in_every_spelling(read, token):
    series, entry, _ = column(read, ["1", token, "3"])

    assert entry.dtype == "float64"
    np.testing.assert_array_equal(series, [1.0, np.nan, 3.0])


def test_marks_taken_for_missing_are_reported(read):
    _, _, table = column(read, ["1", "?", "3", "?", "-"])

    assert table.repairs == [
        '"?" was read as missing in "x".',
        '"-" was read as missing in "x".',
    ]


@pytest.mark.parametrize(
    "values",
    [["+", "-", "+"], ["?", "yes", "maybe"], ["-", "-", "?"], ["none", "some", "x"]],
)
def test_signs_among_words_are_values(read, values):
    series, entry, table = column(read, values)

    assert series.tolist() == values
    assert entry.dtype == "string"
    assert table.repairs == []


@pytest.mark.parametrize(
    "texts",
    [
        ["+31885609950", "+31885609951", "+31885609952"],
        ["12345678901234567890", "12345678901234567891", "12345678901234567892"],
        ["9007199254740993", "", "9007199254740995"],
        ["1.2.3", "1.10.0", "2.0.0"],
        ["192.168.0.1", "10.0.0.1", "10.0.0.2"],
    ],
    ids=["phone", "beyond int64", "beyond float64", "version", "address"],
)
def test_codes_made_of_digits_keep_every_digit(read, texts):
    series, entry, _ = column(read, texts)

    assert entry.dtype == "string"
    assert series.fillna("").tolist() == texts


def test_large_integers_stay_exact(read):
    series, _, _ = column(read, ["9007199254740993", "1", "2"])

    assert series.tolist() == [9007199254740993, 1, 2]


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["2020-03-04", "2021-12-31"], "2020-03-04"),
        (["2020-03-04 05:06:07", "2021-12-31"], "2020-03-04 05:06:07"),
        (["2020-03-04T05:06:07Z", "2021-12-31T00:00:00Z"], "2020-03-04 05:06:07"),
        (["2020-03-04T05:00:00+02:00", "2021-12-31T01:00:00Z"], "2020-03-04 03:00:00"),
        (["2020/3/4", "2021/12/31"], "2020-03-04"),
        (["4.3.2020", "31.12.2021"], "2020-03-04"),
        (["04.03.2020 05:06", "31.12.2021 07:08"], "2020-03-04 05:06"),
        (["04/03/2020", "31/12/2021"], "2020-03-04"),
        (["03/04/2020", "12/31/2021"], "2020-03-04"),
        (["03/04/2020 5:06 PM", "12/31/2021 7:08 AM"], "2020-03-04 17:06"),
        (["04-Mar-2020", "31-Dec-2021"], "2020-03-04"),
        (["4 March 2020", "31 December 2021"], "2020-03-04"),
        (["March 4, 2020", "December 31, 2021"], "2020-03-04"),
        (["2020-03", "2021-12"], "2020-03-01"),
        (["1066-10-14", "9999-12-31"], "1066-10-14"),
    ],
)
def test_dates_in_every_spelling(read, texts, first):
    series, entry, _ = column(read, texts)

    assert (entry.kind, entry.dtype) == (Kind.DATETIME, "datetime64")
    assert series[0] == pd.Timestamp(first)
    assert series.notna().all()


@pytest.mark.parametrize(
    ("delimiter", "expected", "order"),
    [(",", "2020-03-04", "month first"), (";", "2020-04-03", "day first")],
)
def test_dates_with_two_readings_follow_the_delimiter_and_are_reported(
    read, delimiter, expected, order
):
    text = "when,n\n03/04/2020,1\n05/06/2020,2\n".replace(",", delimiter)

    table = read(text)

    assert table.frame["when"][0] == pd.Timestamp(expected)
    assert table.repairs == [f'Dates were read {order} in "when".']


@pytest.mark.parametrize(
    "texts",
    [
        ["2020-13-45", "2020-01-01"],
        ["30/02/2020", "01/01/2020"],
        ["april", "may"],
        ["0-6", "90-100"],
        ["2020-01-01", "soon"],
    ],
)
def test_what_is_no_date_stays_text(read, texts):
    series, entry, _ = column(read, texts)

    assert entry.dtype == "string"
    assert series.tolist() == texts


def test_missing_among_dates(read):
    series, entry, _ = column(read, ["2020-01-01", "", "?", "0000-00-00", "2021-01-01"])

    assert entry.dtype == "datetime64"
    assert series.isna().tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("texts", [["true", "false"], ["TRUE", "False"]])
def test_true_and_false_are_truth_values(read, texts):
    series, entry, _ = column(read, texts)

    assert (entry.kind, entry.dtype) == (Kind.BOOLEAN, "bool")
    assert series.tolist() == [True, False]


@pytest.mark.parametrize(
    "texts", [["Yes", "No"], ["t", "f"], ["Y", "N"], ["on", "off"]]
)
def test_other_pairs_of_truth_keep_their_words(read, texts):
    series, entry, _ = column(read, texts)

    assert (entry.kind, entry.dtype) == (Kind.BOOLEAN, "string")
    assert series.tolist() == texts


def test_true_and_false_beside_missing_stay_text(read):
    series, entry, _ = column(read, ["true", "", "false"])

    assert (entry.kind, entry.dtype) == (Kind.BOOLEAN, "string")
    assert series.dropna().tolist() == ["true", "false"]


def test_zero_and_one_are_truth_values_kept_as_numbers(read):
    _, entry, _ = column(read, ["0", "1", "1"])

    assert (entry.kind, entry.dtype) == (Kind.BOOLEAN, "int64")


def test_strings_lose_outer_blanks_and_nothing_else(read):
    series, _, _ = column(read, ["  Ünit A ", "unit a", "UNIT  A"])

    assert series.tolist() == ["Ünit A", "unit a", "UNIT  A"]
    assert series.dtype == "str"


def test_column_without_values_is_float(read):
    series, entry, _ = column(read, ["", "NA", ""])

    assert (entry.kind, entry.dtype) == (Kind.CONSTANT, "float64")
    assert series.isna().all()


def test_kept_text_stays_as_written(read):
    series, entry, _ = column(read, ["007", "", "012"], keep_text={"x"})

    assert entry.dtype == "string"
    assert series.dropna().tolist() == ["007", "012"]
