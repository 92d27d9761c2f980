import math

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from runs.search.significance import corrected_t_test, holm, share_scored

FIRST = [0.91, 0.88, 0.93, 0.90, 0.89]
SECOND = [0.90, 0.88, 0.91, 0.885, 0.875]


def test_corrected_t_test_is_scipys_paired_test_with_a_larger_variance():
    usual = stats.ttest_rel(FIRST, SECOND)
    differences = np.subtract(FIRST, SECOND)
    variance = differences.var(ddof=1) * (1 / 5 + 1 / 4)
    statistic = differences.mean() / math.sqrt(variance)

    found = corrected_t_test(FIRST, SECOND, ratio=1 / 4)

    assert found.statistic == pytest.approx(statistic)
    assert found.p_value == pytest.approx(2 * stats.t.sf(statistic, df=4))
    assert found.p_value > usual.pvalue
    assert found.difference == pytest.approx(0.012)


def test_corrected_t_test_without_a_correction_is_scipys():
    usual = stats.ttest_rel(FIRST, SECOND)

    found = corrected_t_test(FIRST, SECOND, ratio=0)

    assert found.statistic == pytest.approx(usual.statistic)
    assert found.p_value == pytest.approx(usual.pvalue)


@pytest.mark.parametrize(
    ("kernel", "ratio", "statistic", "one_sided"),
    [
        ({"kernel": "linear"}, 10 / 90, 0.750, 0.227),
        ({"kernel": "poly", "degree": 3}, 10 / 90, 1.657, 0.050),
        ({"kernel": "linear"}, 0.0, 2.611, 0.005),
    ],
)
def test_corrected_t_test_gives_the_numbers_published_with_scikit_learn(
    kernel, ratio, statistic, one_sided
):
    """Its example "Statistical comparison of models", corrected and not."""
    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    scores = [
        list(cross_val_score(SVC(**kind), X, y, scoring="roc_auc", cv=cv))
        for kind in ({"kernel": "rbf"}, kernel)
    ]

    found = corrected_t_test(*scores, ratio=ratio)

    assert found.statistic == pytest.approx(statistic, abs=5e-4)
    assert found.p_value / 2 == pytest.approx(one_sided, abs=5e-4)


def test_equal_scores_are_chance_and_equal_differences_are_not():
    assert corrected_t_test(FIRST, FIRST, ratio=0.25).p_value == 1
    shifted = corrected_t_test([0.2, 0.3], [0.1, 0.2], ratio=1)
    assert (shifted.p_value, shifted.statistic) == (0, math.inf)


@pytest.mark.parametrize("scores", [([0.1], [0.2]), ([0.1, 0.2], [0.1])])
def test_too_few_or_unequal_folds_are_refused(scores):
    with pytest.raises(ValueError, match="fold"):
        corrected_t_test(*scores, ratio=0.25)


def test_holm_steps_down_and_never_falls():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_share_scored_is_that_of_the_scheme():
    assert share_scored("kfold", 5) == share_scored("repeated", 5) == 1 / 4
    assert share_scored("holdout", 5, 0.2) == pytest.approx(0.25)
    assert share_scored("time", 3) == 0.5
