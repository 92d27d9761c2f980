import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from runs.search.problem import detect_task
from runs.tables.errors import TableError
from runs.tables.kinds import Column, Kind
from runs.tables.profile import profile_target
from runs.tables.profile.power import power_of_codes, power_of_numbers, target_of
from runs.tables.profile.sums import find_sum
from runs.tables.profile.target import guess_task

RNG = np.random.default_rng(0)


def test_power_of_numbers_is_that_of_a_cross_validated_tree():
    x = RNG.normal(size=400)
    y = ((x > 0) ^ (RNG.random(400) < 0.1)).astype(int)
    target = target_of(y, None)

    power = power_of_numbers(target, x[:, None])

    tree = DecisionTreeClassifier(max_depth=8, min_samples_leaf=5, random_state=0)
    # On ranks, because a threshold between two values lies elsewhere on them.
    ranks = pd.Series(x).rank().to_numpy()[:, None]
    predicted = cross_val_predict(tree, ranks, y, cv=PredefinedSplit(target.folds))
    score = f1_score(y, predicted, average="weighted")
    assert power.score == pytest.approx(score)
    guess = DummyClassifier().fit(x[:, None], y).predict(x[:, None])
    by_shares = np.square(np.bincount(y) / 400).sum()
    baseline = max(f1_score(y, guess, average="weighted"), by_shares)
    assert power.baseline == pytest.approx(baseline)
    assert power.power == pytest.approx((score - baseline) / (1 - baseline))


def test_folds_hold_the_classes_evenly():
    y = np.repeat([0, 1], [90, 10])

    target = target_of(y, None)

    assert pd.crosstab(target.folds, y)[1].between(2, 3).all()
    assert np.bincount(target.folds).tolist() == [25, 25, 25, 25]


def test_power_of_a_category_that_decides_is_one_and_of_chance_near_zero():
    codes = RNG.integers(0, 6, 600)
    numbers = target_of(None, codes * 1e300)

    assert power_of_codes(target_of(codes % 3, None), codes).power == 1
    assert power_of_codes(numbers, codes).power == pytest.approx(1)
    assert power_of_codes(numbers, codes).score == pytest.approx(0, abs=1e290)
    assert power_of_codes(numbers, RNG.integers(0, 6, 600)).power < 0.1
    # Each category is new in its fold.
    assert power_of_codes(numbers, np.arange(600)).power < 0.1


def test_power_sees_what_is_missing():
    y = RNG.integers(0, 2, 200)
    x = np.where(y == 1, np.nan, RNG.normal(size=200))

    assert power_of_numbers(target_of(y, None), x[:, None]).power == 1


def test_sum_of_columns_is_found_among_others():
    cells = RNG.normal(size=(500, 6)) * [1, 10, 100, 1, 5, 0.1]
    y = 2 * cells[:, 1] - cells[:, 3] + 0.5 * cells[:, 5] + 7

    found = find_sum(cells, y)

    assert found == ([1, 3, 5], [2.0, -1.0, 0.5], 7.0, 1)


def test_sum_up_to_some_constants_is_found():
    cells = RNG.integers(0, 5000, size=(500, 3)) / 100
    y = cells[:, 0] - cells[:, 2] - RNG.choice([2.5, 3.3, 0.8], 500, p=[0.2, 0.6, 0.2])

    found = find_sum(cells, y)

    assert found == ([0, 2], [1.0, -1.0], -3.3, 3)


def test_sum_with_a_few_exceptions_and_gaps_is_found():
    cells = RNG.normal(size=(1000, 3))
    y = cells[:, 0] + cells[:, 1]
    cells[:4, 0] = np.nan

    assert find_sum(cells, y).columns == [0, 1]


@pytest.mark.parametrize("noise", [0.01, 1])
def test_sum_with_noise_is_none(noise):
    cells = RNG.normal(size=(500, 3))
    y = cells.sum(axis=1) + noise * RNG.normal(size=500)

    assert find_sum(cells, y) is None


def test_sum_is_not_seen_in_too_few_rows_or_values():
    few = RNG.normal(size=(30, 40))
    coded = RNG.integers(0, 2, size=(500, 3)).astype(float)

    assert find_sum(few, RNG.normal(size=30)) is None
    assert find_sum(coded, coded[:, 0] + coded[:, 1]) is None


def table():
    x = RNG.normal(size=500)
    frame = pd.DataFrame(
        {
            "x": x,
            "c": pd.Series(np.where(x > 1, "high", "low"), dtype="str"),
            "words": [f"w{i:03d}" + " w" * int(abs(v) * 9) for i, v in enumerate(x)],
            "id": np.arange(500),
            "y": np.round(x * 3 + RNG.normal(size=500), 3),
        }
    )
    frame.loc[:9, "y"] = np.nan
    return frame


def test_regression_target_is_described(store):
    frame = table()

    described = profile_target(*store(frame), "y")

    assert described["task"] == "regression"
    assert (described["n_rows"], described["n_missing"]) == (500, 10)
    assert (described["sampled_rows"], described["power_rows"]) == (None, 490)
    assert described["distribution"]["missing"] == 10
    assert described["distribution"]["histogram"]["counts"]
    columns = {c["name"]: c for c in described["columns"]}
    assert list(columns) == ["x", "c", "words", "id"]
    expected = frame["x"].corr(frame["y"], method="spearman")
    assert columns["x"]["association"] == pytest.approx(expected, abs=1e-4)
    assert columns["x"]["measure"] == "spearman"
    assert columns["c"]["measure"] == "correlation_ratio"
    assert columns["words"]["of"] == "length"
    assert columns["x"]["power"] > columns["c"]["power"] > 0.1
    assert columns["id"]["power"] is None
    assert described["sums"] is None


def test_class_target_is_described(store):
    described = profile_target(*store(table()), "c")

    assert described["task"] == "binary"
    assert described["distribution"]["classes"][0][0] == "low"
    columns = {c["name"]: c for c in described["columns"]}
    assert columns["x"]["measure"] == "correlation_ratio"
    assert columns["x"]["power"] > 0.95
    assert described["power_measure"] == "f1_weighted"


def test_rows_equal_but_for_the_target_are_counted(store):
    frame = pd.DataFrame(
        {
            "a": [1, 1, 1, 2, 2, 3, 3],
            "b": ["x", "x", "x", "y", "y", "z", "w"],
            "id": ["k1", "k2", "k3", "k4", "k5", "k6", "k7"],
            "y": ["p", "q", "p", "p", "p", "q", "p"],
        }
    )
    path, columns = store(frame)
    columns = [Column(c.name, Kind.IDENTIFIER if c.name == "id" else c.kind, "", c.dtype) for c in columns]  # fmt: skip

    conflicts = profile_target(path, columns, "y")["conflicts"]

    assert conflicts == {"n_rows": 3, "n_groups": 1, "n_columns": 2}


def test_classes_of_a_target_of_many_are_the_most_frequent(store):
    values = np.r_[np.arange(150), 7]
    frame = {"x": RNG.normal(size=151), "y": [f"v{i}" for i in values]}

    classes = profile_target(*store(frame), "y")["distribution"]["classes"]

    assert len(classes) == 100
    assert classes[0] == ["v7", 2]


def test_task_asked_for_is_used(store):
    frame = pd.DataFrame({"x": RNG.normal(size=100), "y": np.arange(100) % 9})

    assert profile_target(*store(frame), "y", task="multiclass")["task"] == "multiclass"
    assert profile_target(*store(frame), "y", task="regression")["task"] == "regression"


def test_target_that_cannot_be_is_refused_in_a_sentence(store):
    path, columns = store({"x": [1, 2, 3], "s": ["a", "b", "c"]})

    with pytest.raises(TableError, match=r"no column “z”\. The columns are: x, s\."):
        profile_target(path, columns, "z")
    with pytest.raises(TableError, match="“s” holds no numbers"):
        profile_target(path, columns, "s", task="regression")


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (Kind.NUMERIC, "int64"),
        (Kind.NUMERIC, "float64"),
        (Kind.CATEGORY, "string"),
        (Kind.CATEGORY, "int64"),
        (Kind.BOOLEAN, "bool"),
        (Kind.DATETIME, "datetime64"),
    ],
)
@pytest.mark.parametrize("distinct", [2, 3, 20, 21])
@pytest.mark.parametrize("n_rows", [30, 400])
def test_task_is_guessed_as_for_a_run(kind, dtype, distinct, n_rows):
    guessed = guess_task(Column("y", kind, "", dtype), distinct, n_rows)

    assert guessed == detect_task(
        kind=kind.value, distinct=distinct, n_rows=n_rows, dtype=dtype
    )


def test_codes_may_be_a_target_of_numbers(store):
    path, columns = store({"x": RNG.normal(size=100), "y": np.arange(100) % 30})
    columns = [Column(c.name, Kind.CATEGORY, "", c.dtype) for c in columns]

    described = profile_target(path, columns, "y", task="regression")

    assert described["power_measure"] == "mean_absolute_error"
    assert described["columns"][0]["measure"] in ("correlation_ratio", None)
    assert described["columns"][0]["baseline"] == pytest.approx(7.5, abs=0.2)
