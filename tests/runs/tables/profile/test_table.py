import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runs.tables.advice import advise, advise_target
from runs.tables.kinds import guess_kinds
from runs.tables.profile import profile_columns, profile_table, profile_target
from runs.tables.profile.stored import draw_rows
from runs.tables.storage import write_parquet

RNG = np.random.default_rng(0)


def test_overview_and_columns_are_those_of_the_frame(store):
    frame = pd.DataFrame(
        {
            "a": [1.0, 1.0, np.nan, np.nan, -0.0, 0.0],
            "b": ["x", "x", None, None, "y", "y"],
            "c": [1, 1, 2, 2, 3, 4],
        }
    )
    path, columns = store(frame)

    described = profile_table(path, columns)

    assert described["overview"] == {
        "n_rows": 6,
        "n_columns": 3,
        "n_duplicates": frame.duplicated().sum(),
        "n_missing_cells": 4,
        "memory_bytes": described["overview"]["memory_bytes"],
        "sampled_rows": None,
    }
    assert described["overview"]["memory_bytes"] > 6 * 2 * 8
    assert described["columns"] == profile_columns(frame, columns, detailed=True)


def test_duplicates_agree_with_pandas(store):
    frame = pd.DataFrame(
        {
            "n": RNG.integers(0, 5, 3000),
            "f": RNG.choice([0.5, np.nan, 2.5], 3000),
            "s": pd.Series(RNG.choice(["a", "b", "long text"], 3000), dtype="str"),
            "d": pd.to_datetime(RNG.choice(["2020-01-01", "2021-05-05"], 3000)),
            "t": RNG.random(3000) < 0.5,
        }
    )
    swapped = frame.assign(n2=frame["n"].to_numpy()[::-1])

    for table in (frame, swapped):
        described = profile_table(*store(table))
        assert described["overview"]["n_duplicates"] == table.duplicated().sum()


def test_patterns_of_missing_cells_are_counted(store):
    frame = pd.DataFrame(RNG.normal(size=(200, 4)), columns=list("abcd"))
    frame.loc[:49, "a"] = np.nan
    frame.loc[20:89, "c"] = np.nan
    frame.loc[:, "d"] = np.nan

    missingness = profile_table(*store(frame))["missingness"]

    assert missingness["by_column"] == [["d", 200], ["c", 70], ["a", 50]]
    assert missingness["patterns"] == [
        {"columns": ["d"], "n_rows": 110},
        {"columns": ["c", "d"], "n_rows": 40},
        {"columns": ["a", "c", "d"], "n_rows": 30},
        {"columns": ["a", "d"], "n_rows": 20},
    ]
    assert missingness["other_rows"] == 0
    expected = frame[["a", "c"]].isna().corr().iloc[0, 1]
    assert missingness["correlation"]["columns"] == ["a", "c"]
    assert missingness["correlation"]["matrix"][0][1] == pytest.approx(expected, abs=1e-4)  # fmt: skip
    blocks = missingness["blocks"]
    assert blocks["columns"] == ["a", "c", "d"]
    assert blocks["starts"][:2] == [0, 3]
    assert blocks["shares"][0][0] == 1
    assert blocks["shares"][0][-1] == 0


def test_patterns_of_a_sampled_table_are_counted_on_all_rows(store):
    frame = pd.DataFrame({"a": RNG.normal(size=3000), "b": RNG.normal(size=3000)})
    frame.loc[::3, "a"] = np.nan

    described = profile_table(*store(frame), max_rows=100)

    assert described["overview"]["sampled_rows"] == 100
    assert described["missingness"]["patterns"] == [
        {"columns": [], "n_rows": 2000},
        {"columns": ["a"], "n_rows": 1000},
    ]
    assert profile_table(*store(frame), max_rows=100) == described


def test_rows_are_drawn_once_each_and_always_the_same():
    rows = draw_rows(1000, 100)

    assert len(set(rows)) == 100
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(rows, draw_rows(1000, 100))
    assert draw_rows(100, 100) is None


def test_progress_is_told_from_nothing_to_all(store):
    path, columns = store({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    steps = []

    profile_table(path, columns, on_progress=lambda *step: steps.append(step))
    profile_target(path, columns, "a", on_progress=lambda *step: steps.append(step))

    assert steps == [
        ("columns", 0, 2),
        ("columns", 1, 2),
        ("columns", 2, 2),
        ("associations", 0, 1),
        ("associations", 1, 1),
        ("target", 0, 1),
        ("target", 1, 1),
    ]


CELLS = {
    "float64": st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324]),
    "int64": st.integers(-(2**63), 2**63 - 1) | st.integers(0, 2),
    "bool": st.booleans(),
    "str": st.none() | st.text(max_size=5) | st.sampled_from(["1", "2", "x", ""]),
    "datetime64[us]": st.none() | st.datetimes(),
}


@st.composite
def frames(draw):
    n_rows = draw(st.sampled_from([1, 2, 9, 40]))
    dtypes = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=5))
    columns = {}
    for i, dtype in enumerate(dtypes):
        pool = draw(st.lists(CELLS[dtype], min_size=1, max_size=n_rows))
        values = [pool[(k * 7 + k // 3) % len(pool)] for k in range(n_rows)]
        columns[f"x{i}"] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


@given(frames())
@settings(max_examples=80, deadline=None)
@example(pd.DataFrame({"x0": [np.nan] * 9, "x1": [np.inf] * 9, "x2": [7] * 9}))
@example(pd.DataFrame({"x0": [1e308, -1e308] * 20, "x1": [5e-324, 0.0] * 20}))
def test_any_table_is_described_and_advised_on_in_json(tmp_path_factory, frame):
    path = tmp_path_factory.mktemp("any") / "table.parquet"
    columns = guess_kinds(frame)
    write_parquet(frame, columns, path)

    described = profile_table(path, columns)
    advice = advise(described, columns)
    targets = [profile_target(path, columns, column.name) for column in columns]
    for target in targets:
        advice += advise_target(target, described, columns)

    said = [piece.to_json() for piece in advice]
    text = json.dumps([described, targets, said], allow_nan=False)
    assert json.loads(text) == [described, targets, said]
    assert described["overview"]["n_missing_cells"] == frame.isna().sum().sum()
