"""Rows that repeat an earlier one, in a stored table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.tables.duplicates import drop_duplicates, first_rows
from runs.tables.kinds import guess_kinds
from runs.tables.storage import (
    keep_rows,
    read_columns,
    read_head,
    read_parquet,
    write_parquet,
)

CELLS = st.tuples(
    st.sampled_from([0.0, 1.0, float("nan")]),
    st.sampled_from(["", "a", "b", None]),
    st.sampled_from([0, 1]),
)


def stored(frame, folder):
    path = folder / "table.parquet"
    write_parquet(frame, guess_kinds(frame), path)
    return path


def mixed(rows):
    return pd.DataFrame(
        {
            "number": np.array([row[0] for row in rows]),
            "text": pd.array([row[1] for row in rows], dtype="str"),
            "whole": np.array([row[2] for row in rows]),
        }
    )


@given(st.lists(CELLS, min_size=1, max_size=30))
def test_first_rows_are_those_of_pandas(tmp_path_factory, rows):
    frame = mixed(rows)
    path = stored(frame, tmp_path_factory.mktemp("table"))

    assert first_rows(path).tolist() == (~frame.duplicated()).tolist()


def test_first_rows_tell_values_of_two_columns_apart(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 2], "b": [2, 1, 1]})

    assert first_rows(stored(frame, tmp_path)).tolist() == [True, True, False]


def test_drop_duplicates_keeps_order_types_and_kinds(tmp_path):
    frame = mixed([(1.0, "a", 1), (2.0, None, 0), (1.0, "a", 1), (2.0, None, 0)])
    path = stored(frame, tmp_path)
    columns = read_columns(path)

    assert drop_duplicates(path) == 2

    pd.testing.assert_frame_equal(read_parquet(path), frame.head(2))
    assert read_columns(path) == columns
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_drop_duplicates_of_different_rows_leaves_the_file_alone(tmp_path):
    path = stored(pd.DataFrame({"a": [1, 2, 3]}), tmp_path)
    before = path.stat()

    assert drop_duplicates(path) == 0
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_keep_rows_works_across_groups_of_rows(tmp_path):
    frame = pd.DataFrame({"a": range(1000)})
    path = tmp_path / "grouped.parquet"
    frame.to_parquet(path, row_group_size=70)
    wanted = np.arange(1000) % 3 == 0

    keep_rows(path, wanted)

    assert read_parquet(path)["a"].tolist() == list(range(0, 1000, 3))


@pytest.mark.parametrize(("n_rows", "found"), [(2, [0, 1]), (9, [0, 1, 2])])
def test_read_head_has_the_first_rows(tmp_path, n_rows, found):
    path = stored(pd.DataFrame({"a": [0, 1, 2]}), tmp_path)

    assert read_head(path, n_rows)["a"].tolist() == found
