"""Frames as files and rows, and answers as frames."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tuneboard_client import Options, Prediction
from tuneboard_client.answers import (
    BYTES_AT_ONCE,
    ROWS_AT_ONCE,
    chunks,
    line_of,
    read_answers,
)
from tuneboard_client.frames import as_file, as_rows, flat
from tuneboard_client.sklearn import TuneboardClassifier
from tuneboard_client.sklearn.classes import uploaded_classes

from runs.specifications import KEYS


def test_options_are_those_of_the_specification():
    ours = {*Options.__annotations__, "target", "preset", "algorithms"}
    others = {name for name in KEYS if KEYS[name] not in {KEYS[own] for own in ours}}

    assert ours <= set(KEYS)
    assert others == set()
    assert len({KEYS[own] for own in ours}) == len(ours)


def test_frame_becomes_a_parquet_file_with_its_types(tmp_path):
    when = pd.to_datetime(["2026-01-01", None])
    frame = pd.DataFrame({"n": [1, 2], "x": [0.1, None], "when": when}, index=[7, 8])

    with as_file(frame, name="rows") as file:
        read = pd.read_parquet(file.path)
        assert file.filename == "rows.parquet"

    pd.testing.assert_frame_equal(read, frame.reset_index(drop=True))
    assert not file.path.exists()


def test_frame_that_parquet_refuses_becomes_csv():
    mixed = pd.DataFrame({"a": ["x", 1, {"b": 2}]})

    with as_file(mixed) as file:
        assert file.filename == "table.csv"
        assert file.path.read_text().splitlines()[1:3] == ["x", "1"]


def test_path_of_a_file_is_the_file_itself(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")

    with as_file(str(path)) as file:
        assert file == (path, "a.csv")
    with pytest.raises(FileNotFoundError, match=r"b\.csv"), as_file(tmp_path / "b.csv"):
        pass


def test_frame_that_no_file_can_hold_is_refused_by_the_names_of_its_columns():
    with pytest.raises(ValueError, match="called a;"):
        as_rows(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="infinite numbers in b"):
        as_rows(pd.DataFrame({"a": [1.0], "b": [np.inf]}))


def test_rows_of_every_type_are_json():
    frame = pd.DataFrame(
        {
            0: [1, 2],
            "x": [0.1, np.nan],
            "flag": pd.array([True, None], dtype="boolean"),
            "cat": pd.Categorical(["a", None]),
            "when": pd.to_datetime(["2026-01-02 03:04", None]),
            "day": [dt.date(2026, 1, 2), None],
            "f32": np.array([0.5, np.nan], dtype=np.float32),
        }
    )

    rows = as_rows(frame)

    assert json.loads(json.dumps(rows)) == rows
    assert rows[0] == {
        "0": 1,
        "x": 0.1,
        "flag": True,
        "cat": "a",
        "when": "2026-01-02T03:04:00",
        "day": "2026-01-02",
        "f32": 0.5,
    }
    assert set(rows[1].values()) == {2, None}


def test_rows_are_divided_by_number_and_by_size():
    many = [{"a": i} for i in range(2 * ROWS_AT_ONCE + 1)]
    wide = [{"a": "x" * (BYTES_AT_ONCE // 2 - 100)} for _ in range(5)]

    assert [len(chunk) for chunk in chunks(many)] == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    assert [row for chunk in chunks(many) for row in chunk] == many
    assert [len(chunk) for chunk in chunks(wide)] == [2, 2, 1]
    assert list(chunks([])) == []


def test_answer_of_a_row_has_the_names_of_files():
    classes = {"prediction": "a", "probabilities": {"a": 0.9, "b": 0.1}}
    number = {"prediction": 1.5, "probabilities": None, "interval": [1.0, 2.0]}

    assert line_of(classes, level=None) == {
        "prediction": "a",
        "probability_a": 0.9,
        "probability_b": 0.1,
    }
    assert line_of(number, level=0.9) == {
        "prediction": 1.5,
        "lower_90": 1.0,
        "upper_90": 2.0,
    }


def test_answers_of_a_file_keep_classes_as_text_and_numbers_exact(tmp_path: Path):
    path = tmp_path / "answers.csv"
    path.write_text(
        "a,prediction,probability_1,probability_NA\n7,1,0.1,0.30000000000000004\n8,NA,1,0\n"
    )

    frame = read_answers(path)

    assert frame["prediction"].tolist() == ["1", "NA"]
    assert frame["probability_NA"].tolist() == [0.1 + 0.2, 0.0]
    assert frame["a"].tolist() == [7, 8]


class Downloaded(Prediction):
    """A file of predictions whose answers stand here."""

    def download(self, path):
        file = Path(path) / "answers.csv"
        file.write_text(
            "prediction,probability_a,prediction_2,probability_a_2,probability_b\n"
            "0.5,7,a,0.75,0.25\n"
        )
        return file


def test_answers_to_a_frame_have_their_names_whatever_its_columns_are_called():
    made = Downloaded(id=1, _transport=None, state="ready", n_given=2)

    assert made.frame().to_dict("records") == [
        {"prediction": "a", "probability_a": 0.75, "probability_b": 0.25}
    ]


def test_answers_behind_the_columns_of_a_file_have_names_of_their_own():
    frame = Downloaded(id=1, _transport=None, state="ready").frame()

    assert frame["prediction"].tolist() == [0.5]
    assert frame["prediction_2"].tolist() == ["a"]
    assert frame.columns.is_unique


def test_single_class_is_told_as_it_was_given():
    estimator = TuneboardClassifier()

    with pytest.raises(ValueError, match=r"y has one class only, 1\.$"):
        estimator.fit(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), np.array([1, 1, 1]))


def test_trials_become_a_frame_with_a_column_for_each_parameter():
    items = [
        {"number": 0, "params": {}, "metrics": {"rmse": 2.0}, "started_at": None},
        {
            "number": 1,
            "params": {"alpha": 0.5},
            "metrics": {"rmse": 1.0},
            "started_at": "2026-01-02T03:04:05.678Z",
        },
    ]

    frame = flat(items)

    assert frame.index.tolist() == [0, 1]
    assert frame["metric_rmse"].tolist() == [2.0, 1.0]
    assert frame["param_alpha"].isna().tolist() == [True, False]
    assert frame["started_at"].dtype.kind == "M"
    assert flat([]).empty


@pytest.mark.parametrize(
    ("classes", "uploaded"),
    [
        ([0, 1], [0, 1]),
        ([-3, 7], [-3, 7]),
        (["setosa", "iris virginica"], ["setosa", "iris virginica"]),
        (["yes", "nope"], ["class yes", "class nope"]),
        (["1", "2"], ["class 1", "class 2"]),
        (["may", "june"], ["class may", "class june"]),
        ([False, True], ["class False", "class True"]),
        ([0.5, 1.0], ["class 0.5", "class 1.0"]),
        (["a ", "a"], ["class 0", "class 1"]),
        (["x" * 99, "y" * 99], ["class 0", "class 1"]),
    ],
)
def test_classes_are_texts_that_come_back_unchanged(classes, uploaded):
    assert uploaded_classes(classes) == uploaded
