import csv

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.scoring.writing import CsvWriter, ParquetWriter, free_names

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def read_back(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


@given(st.lists(st.tuples(TEXT, st.floats(allow_nan=False)), min_size=1, max_size=20))
def test_csv_gives_back_what_was_written(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    texts, numbers = zip(*pairs, strict=True)
    rows = pa.table({"text": pa.array(texts, pa.large_string())})

    with CsvWriter(path, ["text"], ["prediction"]) as writer:
        writer.write(rows, {"prediction": np.array(numbers)})

    header, *found = read_back(path)
    assert header == ["text", "prediction"]
    assert [row[0] for row in found] == list(texts)
    assert [float(row[1]) for row in found] == list(numbers)


def test_csv_of_several_chunks_is_one_table(tmp_path):
    path = tmp_path / "out.csv"
    rows = pa.table({"n": [1, None, 3], "on": [True, False, None]})

    with CsvWriter(path, rows.schema.names, ["prediction"]) as writer:
        writer.write(rows.slice(0, 1), {"prediction": np.array(["a"], dtype=object)})
        writer.write(rows.slice(1), {"prediction": np.array(["b", "="], dtype=object)})

    assert read_back(path) == [
        ["n", "on", "prediction"],
        ["1", "true", "a"],
        ["", "false", "b"],
        ["3", "", "="],
    ]


def test_parquet_keeps_the_types_that_came_in(tmp_path):
    path = tmp_path / "out.parquet"
    frame = pd.DataFrame({"n": [1, 2], "day": pd.to_datetime(["2024-01-01"] * 2)})
    rows = pa.Table.from_pandas(frame, preserve_index=False)

    with ParquetWriter(path, rows.schema, ["prediction"]) as writer:
        writer.write(rows, {"prediction": np.array([0.5, 1.5])})

    found = pq.read_table(path).to_pandas()
    assert found.drop(columns="prediction").equals(frame)
    assert found["prediction"].tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], ["prediction"]),
        (["prediction"], ["prediction_2"]),
        (["prediction", "prediction_2"], ["prediction_3"]),
    ],
)
def test_new_columns_take_nobodys_name(taken, free):
    assert free_names(["prediction"], taken) == free
