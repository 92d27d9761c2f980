import json

import numpy as np
import pandas as pd
import pytest

from runs.search.metrics import resolve_metric
from runs.search.presets import PRESETS
from runs.search.problem import SpecError, TaskType, check_target
from runs.tables.advice import Advice, advise, advise_target
from runs.tables.kinds import guess_kinds
from runs.tables.profile import profile_table, profile_target
from runs.tables.reading import read_table
from runs.tables.storage import write_parquet
from tests.data import DEV, require

RNG = np.random.default_rng(0)


@pytest.fixture
def advised(tmp_path):
    """Advise on predicting the column y of a frame."""

    def _advised(frame, **options) -> dict[str, Advice]:
        frame = pd.DataFrame(frame)
        columns = guess_kinds(frame)
        path = tmp_path / "table.parquet"
        write_parquet(frame, columns, path)
        told = profile_target(path, columns, "y")
        advice = advise_target(told, profile_table(path, columns), columns, **options)
        return {piece.code: piece for piece in advice}

    return _advised


def test_honest_columns_need_no_advice(advised):
    x = RNG.normal(size=400)
    y = np.where(x + RNG.normal(size=400) > 0, "yes", "no")

    assert advised({"x": x, "z": RNG.normal(size=400), "y": y}) == {}
    assert advised({"x": x, "y": x + RNG.normal(size=400)}) == {}


def test_column_that_predicts_alone_is_suspected(advised):
    y = RNG.choice(["yes", "no"], 400)
    frame = {"x": RNG.normal(size=400), "after": np.where(y == "yes", "paid", "open")}

    advice = advised({**frame, "y": y})

    assert set(advice) == {"leak"}
    leak = advice["leak"]
    assert (leak.level, leak.columns) == ("warning", ("after",))
    assert "weighted F1 of 1 where a guess has 0." in leak.text
    assert leak.remedy == {"action": "exclude", "columns": ["after"]}


def test_parts_of_a_sum_are_suspected_once(advised):
    a, b = RNG.integers(0, 900, 400), RNG.integers(0, 30, 400)

    advice = advised({"a": a, "b": b, "c": RNG.normal(size=400), "y": a + b})

    assert set(advice) == {"leak_sum"}
    assert advice["leak_sum"].columns == ("a", "b")
    assert "“y” = “a” + “b”, in at least 99 % of 400 rows" in advice["leak_sum"].text


def test_only_the_whole_is_suspected_of_a_difference(advised):
    total, tip = RNG.integers(50, 900, 400), RNG.integers(0, 300, 400)

    advice = advised({"tip": tip, "total": total, "y": total - tip + 3})

    assert "“y” = “total” - “tip” + 3" in advice["leak_sum"].text
    assert advice["leak_sum"].columns == ("total",)


@pytest.mark.parametrize(
    ("sizes", "scoring", "task"),
    [
        ({"yes": 20, "no": 380}, "average_precision", TaskType.BINARY),
        ({"a": 250, "b": 135, "c": 15}, "balanced_accuracy", TaskType.MULTICLASS),
    ],
)
def test_unequal_classes_propose_metric_and_preset(advised, sizes, scoring, task):
    y = RNG.permutation(np.repeat(list(sizes), list(sizes.values())))

    (only,) = advised({"x": RNG.normal(size=400), "y": y}).values()

    assert only.code == "imbalance"
    rare, count = min(sizes.items(), key=lambda item: item[1])
    assert f"“{rare}” is the rarest class" in only.text
    assert f"{count} against" in only.text
    assert only.remedy == {
        "action": "preset",
        "preset": "imbalanced",
        "scoring": scoring,
    }
    assert only.remedy["preset"] in PRESETS
    assert resolve_metric(only.remedy["scoring"], task).name == scoring


def accepts(classes, n_splits) -> bool:
    try:
        check_target(
            task=TaskType.MULTICLASS,
            classes=classes,
            n_known=sum(n for _, n in classes),
            distinct=len(classes),
            kind="category",
            n_splits=n_splits,
            holdout_fraction=0.2,
        )
    except SpecError:
        return False
    return True


@pytest.mark.parametrize("rarest", [2, 3, 5, 6, 7])
def test_fewer_folds_are_proposed_where_a_run_would_refuse(advised, rarest):
    classes = [("a", 30), ("b", 25), ("c", rarest)]
    y = np.repeat([name for name, _ in classes], [n for _, n in classes])

    advice = advised({"x": RNG.normal(size=len(y)), "y": y}).get("few_rows")

    assert (advice is None) is accepts(classes, 5)
    if advice is not None and advice.remedy:
        n_splits = advice.remedy["n_splits"]
        assert accepts(classes, n_splits)
        assert not accepts(classes, n_splits + 1)
    elif advice is not None:
        assert not accepts(classes, 2)
        assert "Merge the class" in advice.text


def test_folds_of_the_form_count(advised):
    frame = {"x": RNG.normal(size=40), "y": RNG.normal(size=40)}

    assert "few_rows" not in advised(frame)
    assert advised(frame, n_splits=20)["few_rows"].remedy == {
        "action": "folds",
        "n_splits": 16,
    }


def test_rows_equal_but_for_the_target_are_told(advised):
    a, b = RNG.integers(0, 3, 300), RNG.integers(0, 3, 300)

    advice = advised({"a": a, "b": b, "y": RNG.choice(["p", "q"], 300)})

    assert "300 rows of 300" in advice["conflicts"].text


def test_long_tail_of_a_target_is_told(advised):
    y = np.exp(2 * RNG.normal(size=400))

    advice = advised({"x": RNG.normal(size=400), "y": y})

    assert set(advice) == {"skewed_target"}
    assert advice["skewed_target"].remedy is None


def entries():
    listing = DEV / "datasets.json"
    return json.loads(listing.read_text()) if listing.exists() else []


def test_development_tables_are_there():
    require(DEV / "datasets.json")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["name"])
def test_identifiers_and_leaks_of_development_tables_are_found(entry, tmp_path):
    table = read_table(DEV / entry["file"])
    path = tmp_path / "table.parquet"
    write_parquet(table.frame, table.columns, path)
    target = entry["target"]

    profile = profile_table(path, table.columns)
    told = profile_target(path, table.columns, target)
    advice = advise(profile, table.columns)
    about_target = advise_target(told, profile, table.columns)

    leaks = [name for a in about_target if a.code.startswith("leak") for name in a.columns]  # fmt: skip
    assert sorted(leaks) == sorted(entry["leaky_columns"])
    found = {name for a in advice if a.code == "identifier" for name in a.columns}
    assert found >= set(entry["id_columns"])
    # Names of persons and numbers of tickets tell rows apart, too.
    assert found - set(entry["id_columns"]) <= {"Name", "Ticket"}
    pairs = [(a.code, name) for a in advice + about_target for name in a.columns]
    assert len(pairs) == len(set(pairs))
    assert len(advice) + len(about_target) <= 8
    known = {"titanic": 0, "wine_quality_white": 937}
    if entry["name"] in known:
        assert profile["overview"]["n_duplicates"] == known[entry["name"]]
