import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models_app.evaluation.dividing import MISSING, Division, divide
from models_app.evaluation.segments import (
    Measure,
    estimates,
    explained,
    moments,
    segment_rows,
)
from models_app.evaluation.weakness import weakest


def counts(division):
    return np.bincount(division.codes, minlength=len(division.labels)).tolist()


def test_divide_puts_numbers_in_bins_of_equal_size():
    division = divide(pd.Series(np.arange(1.0, 101), name="age"))

    assert division.labels == [
        "up to 20",
        "20 to 40",
        "40 to 60",
        "60 to 80",
        "above 80",
    ]
    assert counts(division) == [20] * 5


def test_divide_keeps_missing_apart():
    values = pd.Series([1, 2, None, 2, None], name="n", dtype="Int64")

    division = divide(values)

    assert division.labels == ["1", "2", MISSING]
    assert division.codes.tolist() == [0, 1, 2, 1, 2]


def test_divide_puts_rarer_values_together():
    values = pd.Series(["a"] * 5 + ["b"] * 3 + list("cdefghijklm") * 2, name="x")

    division = divide(values)

    assert division.labels[:2] == ["a", "b"]
    assert division.labels[-1] == "3 rarer values"
    assert counts(division)[-1] == 6


def test_divide_of_times_and_booleans():
    days = pd.Series(pd.date_range("2024-01-01", periods=100), name="day")
    flags = pd.Series([True, False, True, True], name="flag")

    assert divide(days).labels[0] == "up to 2024-01-20"
    assert counts(divide(days)) == [20] * 5
    assert divide(flags).labels == ["True", "False"]


@pytest.mark.parametrize(
    "values",
    [
        [1.0, 1.0, 1.0],
        [None, None],
        [f"text {n}" for n in range(30)],
    ],
)
def test_divide_of_what_says_nothing_is_none(values):
    assert divide(pd.Series(values, name="x", dtype=object).infer_objects()) is None


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=1,
        max_size=40,
    )
)
def test_divide_gives_every_row_a_group_in_rising_order(values):
    series = pd.Series(values, name="x", dtype=float)

    division = divide(series)

    if division is None:
        return
    assert len(division.codes) == len(values)
    assert set(division.codes.tolist()) <= set(range(len(division.labels)))
    known = series.notna().to_numpy()
    ordered = division.codes[known][np.argsort(series[known].to_numpy(), kind="stable")]
    assert (np.diff(ordered) >= 0).all()
    assert (division.codes[~known] == len(division.labels) - 1).all()


def test_moments_agree_with_pandas():
    rng = np.random.default_rng(0)
    values, codes = rng.normal(1e6, 1, 300), rng.integers(0, 4, 300)

    found = moments(values, codes, 4)

    grouped = pd.Series(values).groupby(codes)
    assert found[0] == pytest.approx(grouped.size())
    assert found[1] == pytest.approx(grouped.mean())
    assert found[2] == pytest.approx(grouped.var())


def test_estimates_have_t_and_wilson_intervals():
    rng = np.random.default_rng(1)
    squares = rng.exponential(4, 200)
    codes = np.repeat([0, 1], 100)

    root = estimates(Measure("rmse", squares, False, "root"), codes, 2)[0]
    share = estimates(Measure("accuracy", np.ones(200), True, "share"), codes, 2)[0]

    part = squares[:100]
    low, high = stats.t.interval(0.95, 99, part.mean(), stats.sem(part))
    assert tuple(root) == pytest.approx(tuple(np.sqrt([part.mean(), low, high])))
    expected = stats.binomtest(100, 100).proportion_ci(method="wilson")
    assert tuple(share) == pytest.approx((1, expected.low, 1))


def test_segments_of_few_rows_have_no_interval_and_those_of_none_are_left_out():
    codes = np.array([0] * 10 + [1], np.int16)
    division = Division("x", ["a", "b", "c"], codes)

    rows = segment_rows(division, [Measure("mae", np.arange(11.0), False)])

    assert [(row["label"], row["n_rows"]) for row in rows] == [("a", 10), ("b", 1)]
    value, low, high = rows[0]["measures"]["mae"]
    assert low < value == 4.5 < high
    assert rows[1]["measures"]["mae"] == [10, None, None]


def test_explained_is_all_or_nothing_at_its_ends():
    codes = np.tile(np.arange(4), 50).astype(np.int16)
    division = Division("x", list("abcd"), codes)
    noise = np.random.default_rng(0).normal(size=200)

    assert explained(codes.astype(float), division) == pytest.approx(1)
    assert explained(noise, division) < 0.02


def random_divisions(rng, n, columns=8):
    return [
        Division(f"c{at}", list("abcd"), rng.integers(0, 4, n).astype(np.int16))
        for at in range(columns)
    ]


def test_weakest_seldom_finds_anything_where_there_is_nothing():
    rng = np.random.default_rng(5)

    false_alarms = sum(
        bool(weakest(rng.exponential(size=2_000), random_divisions(rng, 2_000)).found)
        for _ in range(100)
    )

    assert false_alarms <= 12  # of skewed losses; 5 expected, if independent


def test_weakest_finds_a_planted_pair_and_no_half_of_it_before():
    rng = np.random.default_rng(6)
    divisions = random_divisions(rng, 6_000)
    losses = rng.exponential(size=6_000)
    planted = (divisions[0].codes == 1) & (divisions[1].codes == 2)
    losses[planted] += 2

    search = weakest(losses, divisions)

    first = search.found[0]
    assert first.parts == (("c0", "b"), ("c1", "c"))
    assert first.n_rows == planted.sum()
    assert first.loss == pytest.approx(losses[planted].mean())
    assert first.loss_elsewhere == pytest.approx(losses[~planted].mean())
    # 8 columns of 4 groups, and 10 pairs of 16.
    assert search.n_tested == 32 + 160


def test_weakest_tests_as_welch_does():
    rng = np.random.default_rng(7)
    codes = np.repeat([0, 1], [100, 300]).astype(np.int16)
    losses = rng.normal(size=400) + 0.5 * (codes == 0)

    found = weakest(losses, [Division("x", ["a", "b"], codes)]).found[0]

    inside, outside = losses[:100], losses[100:]
    test = stats.ttest_ind(inside, outside, equal_var=False, alternative="greater")
    other = stats.ttest_ind(outside, inside, equal_var=False, alternative="greater")
    adjusted = stats.false_discovery_control([test.pvalue, other.pvalue])
    assert found.p_value == pytest.approx(adjusted[0])
    low = test.confidence_interval(0.95).low
    assert found.excess_low == pytest.approx(low)


def test_weakest_of_few_rows_tests_nothing():
    rng = np.random.default_rng(0)

    search = weakest(rng.normal(size=40), random_divisions(rng, 40))

    assert (search.found, search.n_tested) == ([], 0)
