import numpy as np
import pandas as pd
import pytest

from runs.tables.kinds import guess_kinds
from runs.tables.storage import read_columns, read_parquet, write_parquet


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.5, np.nan, 2.0],
            "s": ["a", None, "ü"],
            "b": [True, False, True],
            "d": pd.to_datetime(["2020-01-01", None, "9999-12-31"]),
        }
    )


def test_table_comes_back_as_it_was_stored(frame, tmp_path):
    path = tmp_path / "made" / "table.parquet"

    write_parquet(frame, guess_kinds(frame), path)

    pd.testing.assert_frame_equal(read_parquet(path), frame)
    assert read_columns(path) == guess_kinds(frame)


def test_chosen_columns_come_in_the_order_asked_for(frame, tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(frame, guess_kinds(frame), path)

    loaded = read_parquet(path, ["s", "i"])

    pd.testing.assert_frame_equal(loaded, frame[["s", "i"]])


def test_storing_replaces_and_leaves_no_other_file(frame, tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(frame, guess_kinds(frame), path)

    write_parquet(frame.head(1), guess_kinds(frame.head(1)), path)

    assert len(read_parquet(path)) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.parquet"]


def test_failed_storing_keeps_the_former_file(frame, tmp_path, monkeypatch):
    path = tmp_path / "table.parquet"
    write_parquet(frame, guess_kinds(frame), path)

    def fill_the_disk(writer, table):
        raise OSError("No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        write_parquet(frame.head(1), guess_kinds(frame.head(1)), path)

    pd.testing.assert_frame_equal(read_parquet(path), frame)
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.parquet"]
