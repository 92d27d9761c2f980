import numpy as np
import pandas as pd
import pytest

from runs.tables.coercion import coerce
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind


def column(dtype, name="x"):
    return Column(name, Kind.NUMERIC, "", dtype)


def coerced(values, dtype):
    frame = pd.DataFrame({"x": pd.Series(values)})
    return coerce(frame, [column(dtype)])["x"]


def test_columns_are_ordered_and_others_dropped():
    frame = pd.DataFrame({"b": [1], "extra": [2], "a": [3]})

    result = coerce(frame, [column("int64", "a"), column("int64", "b")])

    assert result.to_dict("list") == {"a": [3], "b": [1]}


def test_every_missing_column_is_named():
    frame = pd.DataFrame({"b": [1]})
    columns = [column("int64", name) for name in ["a", "b", *"cdefghijklmnop"]]

    with pytest.raises(TableError) as caught:
        coerce(frame, columns)

    for name in "acdefghijklmnop":
        assert f'"{name}"' in str(caught.value)
    assert '"b"' not in str(caught.value)


def test_texts_are_read_as_numbers_where_they_can():
    result = coerced(["1", "2.5", "1,234.5", "1,5", "$7", "many", "", None], "float64")

    np.testing.assert_array_equal(
        result, [1, 2.5, 1234.5, 1.5, np.nan, np.nan, np.nan, np.nan]
    )


def test_integers_stay_integers_if_none_is_missing():
    whole = coerced([1.0, 2.0], "int64")
    gap = coerced([1.0, np.nan], "int64")

    assert whole.dtype == "int64"
    assert gap.dtype == "float64"
    assert gap.isna().tolist() == [False, True]


def test_texts_are_read_as_dates_where_they_can():
    result = coerced(
        ["2020-01-02", "03.01.2020", "2020-01-04T00:00:00Z", "soon", None], "datetime64"
    )

    days = pd.to_datetime(["2020-01-02", "2020-01-03", "2020-01-04", None, None])
    assert result.tolist()[:3] == days.tolist()[:3]
    assert result.isna().tolist() == [False, False, False, True, True]
    assert result.dtype == "datetime64[us]"


def test_dates_where_numbers_were_and_numbers_where_dates_were_are_missing():
    assert coerced(pd.to_datetime(["2020-01-01"]), "float64").isna().all()
    assert coerced([20200101], "datetime64").isna().all()


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, np.nan], ["1", np.nan]),
        ([0.5, 1.0], ["0.5", "1"]),
        ([True, False], ["True", "False"]),
        (["a", None], ["a", np.nan]),
    ],
)
def test_categories_are_texts(values, texts):
    result = coerced(values, "string")

    assert result.dtype == "str"
    assert result.fillna("missing").tolist() == pd.Series(texts).fillna(
        "missing"
    ).tolist()  # fmt: skip


def test_truth_values_are_read_from_words_and_numbers():
    assert coerced(["TRUE", "false"], "bool").tolist() == [True, False]
    assert coerced([1, 0], "bool").tolist() == [True, False]
    gap = coerced(["true", None, "perhaps"], "bool")
    np.testing.assert_array_equal(gap, [1.0, np.nan, np.nan])


@pytest.mark.parametrize("dtype", ["int64", "float64", "bool", "datetime64", "string"])
def test_column_without_values_has_every_type(dtype):
    assert coerced([np.nan, np.nan], dtype).isna().all()


def test_rows_keep_their_index():
    frame = pd.DataFrame({"x": ["1", "2"]}, index=[7, 9])

    assert coerce(frame, [column("float64")]).index.tolist() == [7, 9]
    assert coerce(frame, [column("datetime64")]).index.tolist() == [7, 9]


def test_training_table_coerced_to_itself_is_unchanged(read):
    table = read("n,f,s,b,d\n1,0.5,a,true,2020-01-01\n2,,b,false,2021-01-01\n")

    pd.testing.assert_frame_equal(coerce(table.frame, table.columns), table.frame)
