import numpy as np
import pandas as pd
import pytest

from runs.tables.kinds import FEATURE_KINDS, Kind, guess_kinds


def kind_of(values, name="x"):
    series = pd.Series(values)
    if series.dtype == object:
        series = series.astype("str")
    (column,) = guess_kinds(pd.DataFrame({name: series}))
    assert column.name == name
    assert column.reason.endswith(".")
    return column.kind


@pytest.mark.parametrize(
    ("n_distinct", "n_rows", "kind"),
    [
        (40, 100, Kind.CATEGORY),
        (41, 100, Kind.TEXT),
        (100, 2000, Kind.CATEGORY),
        (101, 2000, Kind.TEXT),
        (1000, 40_000, Kind.CATEGORY),
        (1001, 40_000, Kind.TEXT),
    ],
)
def test_category_has_few_distinct_values_for_the_rows(n_distinct, n_rows, kind):
    values = [f"word {i % n_distinct}" for i in range(n_rows)]

    assert kind_of(values) is kind


def test_many_words_mostly_distinct_are_text_even_in_a_small_table():
    sentences = [f"this is sentence number {i} of them" for i in range(12)]

    assert kind_of(sentences) is Kind.TEXT


def test_few_long_labels_are_categories():
    labels = ["a rather long label of the first class", "a rather long second one"]

    assert kind_of(labels * 20) is Kind.CATEGORY


@pytest.mark.parametrize("values", [[3, 3, 3], ["a", "a"], [True, True], [1.5, np.nan]])
def test_one_distinct_value_is_constant(values):
    assert kind_of(values) is Kind.CONSTANT


def test_all_missing_is_constant():
    assert kind_of([np.nan, np.nan]) is Kind.CONSTANT


@pytest.mark.parametrize("name", ["id", "ID", "customerID", "user_id", "PassengerId", "row.id", "uuid"])  # fmt: skip
def test_distinct_integers_named_identifier_are_identifiers(name):
    assert kind_of([17, 4, 99, 23], name) is Kind.IDENTIFIER


@pytest.mark.parametrize("name", ["paid", "humid", "valid", "grid", "x", "identity"])
def test_distinct_integers_of_another_name_are_numbers(name):
    assert kind_of([17, 4, 99, 23], name) is Kind.NUMERIC


def test_repeated_integers_named_identifier_are_codes():
    assert kind_of([1, 1, 2, 2, 3], "store_id") is Kind.INTEGER_CATEGORY


@pytest.mark.parametrize("start", [0, 1])
def test_row_numbers_are_identifiers(start):
    assert kind_of(np.arange(start, start + 50)) is Kind.IDENTIFIER


@pytest.mark.parametrize(
    "values", [np.arange(1950, 2020), np.arange(50)[::-1], np.arange(1, 10)]
)
def test_other_runs_of_integers_are_numbers(values):
    assert kind_of(values) is Kind.NUMERIC


@pytest.mark.parametrize(
    "values",
    [
        [f"{i:04d}-{chr(65 + i % 26)}XY" for i in range(60)],
        [f"user{i}" for i in range(60)],
        [f"{i * 7919:08x}-4a" for i in range(60)],
    ],
)
def test_distinct_codes_of_one_form_are_identifiers(values):
    assert kind_of(values) is Kind.IDENTIFIER


def test_distinct_names_are_text():
    names = [f"{a}{b}" for a in ("Anna", "Bo", "Cy", "Di") for b in "abcdefghijklm"]

    assert kind_of(names) is Kind.TEXT


def test_dates_and_truth_values_have_their_kind():
    assert kind_of(pd.to_datetime(["2020-01-01", "2020-01-02"])) is Kind.DATETIME
    assert kind_of([True, False]) is Kind.BOOLEAN
    assert kind_of(["Yes", "No", "Yes"]) is Kind.BOOLEAN
    assert kind_of(["Yes", "No", "Perhaps"]) is Kind.CATEGORY


def test_identifiers_and_constants_are_no_features():
    assert frozenset(Kind) - FEATURE_KINDS == {
        Kind.IDENTIFIER,
        Kind.CONSTANT,
        Kind.IGNORE,
    }
