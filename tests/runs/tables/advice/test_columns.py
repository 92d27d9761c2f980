import dataclasses

import numpy as np
import pandas as pd
import pytest

from runs.tables.advice import Advice, advise
from runs.tables.kinds import Kind, guess_kinds
from runs.tables.profile import profile_table
from runs.tables.storage import write_parquet

RNG = np.random.default_rng(0)


@pytest.fixture
def advised(tmp_path):
    """Advise on a frame, whose kinds may be changed."""

    def _advised(frame, **kinds) -> dict[str, Advice]:
        frame = pd.DataFrame(frame)
        columns = [
            dataclasses.replace(c, kind=kinds.get(c.name, c.kind))
            for c in guess_kinds(frame)
        ]
        path = tmp_path / "table.parquet"
        write_parquet(frame, columns, path)
        return {a.key: a for a in advise(profile_table(path, columns), columns)}

    return _advised


def numbers(n=200):
    return RNG.normal(size=n)


def test_ordinary_table_needs_no_advice(advised):
    frame = {
        "x": numbers(),
        "n": RNG.integers(0, 1000, 200),
        "c": RNG.choice(["a", "b"], 200),
        "t": RNG.permutation(pd.date_range("2020-01-01", periods=200)),
        "b": RNG.random(200) < 0.5,
    }

    assert advised(frame) == {}


def test_identifier_is_said_to_be_left_out(advised):
    advice = advised({"x": numbers(), "user_id": RNG.permutation(200)})

    (only,) = advice.values()
    assert (only.code, only.columns, only.remedy) == ("identifier", ("user_id",), None)


def test_names_and_ascending_numbers_look_like_identifiers(advised):
    frame = {
        "x": numbers(),
        "name": [f"car {'abcdefgh'[i % 8]} {i // 8}" for i in range(200)],
        "number": np.cumsum(RNG.integers(1, 5, 200)),
        "prose": [f"this is the text of the row with number {i}" for i in range(200)],
    }

    advice = advised(frame)

    assert set(advice) == {"identifier:name", "identifier:number"}
    assert advice["identifier:name"].remedy == {
        "action": "exclude",
        "columns": ["name"],
    }
    assert "200 different values in 200 rows" in advice["identifier:name"].text


def test_duplicated_rows_are_a_warning_with_numbers(advised):
    frame = pd.DataFrame({"x": numbers(), "y": numbers()})

    (only,) = advised(pd.concat([frame, frame.head(20)])).values()

    assert (only.code, only.level) == ("duplicates", "warning")
    assert "20 rows of 220 (9.1 %)" in only.text
    assert only.remedy == {"action": "drop_duplicates"}


def test_sorted_dates_propose_the_time_scheme(advised):
    days = pd.date_range("2020-01-01", periods=200)
    frame = {"x": numbers(), "month": days.to_period("M").to_timestamp(), "day": days}

    (only,) = advised(frame).values()

    assert (only.code, only.level) == ("time_order", "warning")
    assert only.remedy == {"action": "scheme", "scheme": "time", "split_column": "day"}
    assert "2020-01-01 to 2020-07-18" in only.text


def test_repeated_identifier_proposes_the_group_scheme(advised):
    frame = {"x": numbers(), "patient_id": RNG.integers(0, 40, 200)}

    (only,) = advised(frame).values()

    assert only.code == "groups"
    assert only.remedy == {
        "action": "scheme",
        "scheme": "group",
        "split_column": "patient_id",
    }


def test_missing_values_are_told_by_how_many(advised):
    half = numbers()
    half[:120] = np.nan
    frame = {"x": numbers(), "half": half, "none": np.full(200, np.nan)}

    advice = advised(frame)

    assert set(advice) == {"mostly_missing:half", "all_missing:none"}
    assert "60 % of the rows" in advice["mostly_missing:half"].text
    assert advice["all_missing:none"].remedy is None


def test_nearly_constant_columns_are_named(advised):
    frame = {"x": numbers(), "flag": ["no"] * 199 + ["yes"]}

    (only,) = advised(frame).values()

    assert only.key == "near_constant:flag"
    assert "“no” in 99.5 % of 200 rows" in only.text


def test_many_columns_share_one_advice(advised):
    frame = {f"flag{i}": ["no"] * 199 + ["yes"] for i in range(50)}
    for i in range(50):
        frame[f"flag{i}"] = np.roll(frame[f"flag{i}"], i)
    frame["x"] = numbers()

    (only,) = advised(frame).values()

    assert len(only.columns) == len(only.remedy["columns"]) == 50
    assert "47 more columns" in only.text


def test_words_among_numbers_are_offered_as_missing(advised):
    values = pd.Series([str(i % 90) for i in range(200)], dtype="str")
    values[[3, 8]] = "unknown"

    (only,) = advised({"x": numbers(), "v": values}, v=Kind.CATEGORY).values()

    assert only.key == "mixed_types:v"
    assert "198 values of “v” are numbers and 2 are not" in only.text
    assert "“unknown” in row 4" in only.text
    assert only.remedy == {"action": "missing", "tokens": ["unknown"]}


def test_far_out_value_is_told_with_its_distance(advised):
    x = numbers()
    x[7] = 999

    (only,) = advised({"x": x, "y": numbers()}).values()

    assert only.key == "outliers:x"
    assert "1 value outside" in only.text


def test_categories_of_few_rows_may_become_text(advised):
    names = [f"{a}{b}" for a in "abcdefghijkl" for b in "mnopqrstuvw"]
    frame = {"x": numbers(1000), "c": RNG.choice(names, 1000)}

    (only,) = advised(frame, c=Kind.CATEGORY).values()

    assert only.remedy == {"action": "set_kind", "kinds": {"c": "text"}}


def test_ignored_columns_need_no_advice(advised):
    frame = {"x": numbers(), "flag": ["no"] * 199 + ["yes"], "e": np.full(200, np.nan)}

    assert advised(frame, flag=Kind.IGNORE, e=Kind.IGNORE) == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_kinds_changed_after_the_profile_are_no_obstacle(tmp_path, kind):
    frame = pd.DataFrame(
        {
            "n": range(200),
            "c": RNG.choice(["a", "b"], 200),
            "t": [f"t {i}" for i in range(200)],
            "d": pd.date_range("2020-01-01", periods=200),
        }
    )
    columns = guess_kinds(frame)
    write_parquet(frame, columns, tmp_path / "table.parquet")
    described = profile_table(tmp_path / "table.parquet", columns)
    changed = [dataclasses.replace(column, kind=kind) for column in columns]

    said = {name for a in advise(described, changed) for name in a.columns}

    assert said <= set(frame)
    again = profile_table(tmp_path / "table.parquet", changed)
    assert [c["kind"] for c in again["columns"]] == [kind.value] * 4
