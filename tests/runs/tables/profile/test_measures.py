import numpy as np
import pandas as pd
import pytest
import scipy.stats

from runs.tables.kinds import Column, Kind
from runs.tables.profile.associations import Associations
from runs.tables.profile.measures import (
    average_ranks,
    correlation_ratio,
    cramers_v,
    spearman,
    unbiased_eta,
)
from runs.tables.profile.sampled import Sampled, sample_column

RNG = np.random.default_rng(0)


def test_ranks_agree_with_scipy():
    values = RNG.integers(0, 10, 50).astype(float)
    values[::7] = np.nan

    expected = scipy.stats.rankdata(values, nan_policy="omit")
    np.testing.assert_array_equal(average_ranks(values), expected)


def test_spearman_agrees_with_pandas_over_rows_known_in_both():
    frame = pd.DataFrame(RNG.normal(size=(60, 2)).round(1))
    frame.iloc[:5, 0] = np.nan
    frame.iloc[3:9, 1] = np.nan

    value = spearman(frame[0].to_numpy(), frame[1].to_numpy())

    assert value == pytest.approx(frame[0].corr(frame[1], method="spearman"))


def test_cramers_v_is_that_of_bergsma():
    a, b = RNG.integers(0, 3, 200), RNG.integers(0, 4, 200)
    b[a == 1] = 2

    table = pd.crosstab(a, b).to_numpy()
    n, (r, k) = table.sum(), table.shape
    chi2 = scipy.stats.chi2_contingency(table, correction=False).statistic
    phi2 = max(0, chi2 / n - (r - 1) * (k - 1) / (n - 1))
    width = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    assert cramers_v(a, b) == pytest.approx(np.sqrt(phi2 / width))


def test_cramers_v_of_equal_columns_is_one_and_of_unrelated_ones_near_zero():
    a = RNG.integers(0, 5, 1000)

    assert cramers_v(a, a) == pytest.approx(1)
    assert cramers_v(a, RNG.integers(0, 5, 1000)) < 0.07
    assert cramers_v(a, np.zeros(1000, int)) is None
    # Codes of their own in every row would seem to tell everything.
    assert cramers_v(np.arange(50), np.arange(50)) is None


def test_correlation_ratio_is_that_of_an_analysis_of_variance():
    groups = RNG.integers(0, 4, 120)
    values = RNG.normal(size=120) + groups

    f = scipy.stats.f_oneway(*(values[groups == g] for g in range(4))).statistic
    share = 3 * f / (3 * f + 116)
    expected = np.sqrt(1 - (1 - share) * 119 / 116)
    assert correlation_ratio(groups, values) == pytest.approx(expected)


def test_correlation_ratio_leaves_out_what_is_missing():
    groups = np.array([0, 0, 0, 1, 1, 1, -1, 0])
    values = np.array([1, 1.1, 0.9, 5, 5.1, 4.9, 99, np.nan])

    assert correlation_ratio(groups, values) == pytest.approx(
        correlation_ratio(groups[:6], values[:6])
    )
    assert correlation_ratio(groups, np.ones(8)) is None
    assert unbiased_eta(0.0, 10, 2) == 0.0


def sampled(name, values, kind=Kind.NUMERIC) -> Sampled:
    series = pd.Series(values)
    dtype = "string" if kind is Kind.CATEGORY else "float64"
    return sample_column(series, Column(name, kind, "", dtype), None)


def mixed_frame():
    x = RNG.normal(size=300)
    frame = pd.DataFrame(
        {
            "x": x,
            "y": np.exp(x) + RNG.normal(size=300) / 2,
            "z": RNG.normal(size=300),
            "c": np.where(x > 0, "up", "down"),
            "d": RNG.choice(["a", "b", "c"], 300),
        }
    )
    frame.loc[::9, "y"] = np.nan
    frame.loc[::11, "d"] = None
    return frame


def test_associations_are_the_measures_of_all_pairs():
    frame = mixed_frame()
    associations = Associations(5, 300)
    kinds = [Kind.NUMERIC] * 3 + [Kind.CATEGORY] * 2
    columns = {
        name: sampled(name, frame[name], kind)
        for name, kind in zip(frame, kinds, strict=True)
    }
    for column in columns.values():
        associations.add(column)

    described = associations.described()

    matrix = pd.DataFrame(described["matrix"], frame.columns, frame.columns, dtype=float)  # fmt: skip
    numbers = frame[["x", "y", "z"]].rank().corr()
    np.testing.assert_allclose(matrix.loc["x":"z", "x":"z"], numbers, atol=1e-4)
    assert matrix.loc["c", "d"] == pytest.approx(
        cramers_v(columns["c"].codes, columns["d"].codes), abs=1e-4
    )
    for category in "cd":
        for number in "xyz":
            expected = correlation_ratio(
                columns[category].codes, columns[number].numbers
            )
            assert matrix.loc[category, number] == pytest.approx(expected, abs=1e-3)
    strongest = described["strongest"]
    assert (strongest[0]["a"], strongest[0]["b"]) == ("x", "y")
    assert strongest[0]["measure"] == "spearman"
    assert strongest[1] == {
        "a": "x",
        "b": "c",
        "value": matrix.loc["x", "c"],
        "measure": "correlation_ratio",
    }
    strengths = [abs(pair["value"]) for pair in strongest]
    assert strengths == sorted(strengths, reverse=True)


def test_matrix_shows_the_strongest_sixty_columns_in_order():
    shared = RNG.normal(size=100)
    associations = Associations(80, 100)
    for i in range(80):
        noise = RNG.normal(size=100)
        related = i % 40 == 7  # two of them
        associations.add(sampled(f"x{i}", shared + noise / 20 if related else noise))

    described = associations.described()

    assert len(described["columns"]) == len(described["matrix"]) == 60
    assert described["columns"] == sorted(
        described["columns"], key=lambda name: int(name[1:])
    )
    assert {"x7", "x47"} <= set(described["columns"])
    assert described["strongest"][0]["a"] == "x7"
    assert described["strongest"][0]["b"] == "x47"
    assert len(described["strongest"]) == 50
    assert described["left_out"] == 0
