"""Precision-recall, gain and distributions: against scikit-learn and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import average_precision_score, precision_recall_curve

from models_app.evaluation import one_vs_rest as module
from models_app.evaluation.distributions import distributions
from models_app.evaluation.gain import gain
from models_app.evaluation.one_vs_rest import along
from models_app.evaluation.precision_recall import precision_recall

quick = settings(deadline=None, max_examples=25)
LABELS = ["a", "b", "c", "d"]


def scored(n_rows, n_classes=4, seed=0, digits=2):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows)
    y[:n_classes] = np.arange(n_classes)
    scores = rng.random((n_rows, n_classes)) + 0.5 * np.eye(n_classes)[y]
    return y, (scores / scores.sum(axis=1, keepdims=True)).round(digits)


@quick
@given(st.integers(0, 10_000))
def test_precision_recall_equals_scikit_learns(seed):
    y, p = scored(50, seed=seed)

    found = precision_recall(y, p, labels=LABELS)

    one_hot = np.eye(4)[y]
    for code, curve in enumerate(found.curves):
        precision, recall, threshold = precision_recall_curve(
            y == code, p[:, code], drop_intermediate=True
        )
        assert curve.average_precision == pytest.approx(
            average_precision_score(y == code, p[:, code])
        )
        assert curve.precision == pytest.approx(precision[::-1], abs=1e-6)
        assert curve.recall == pytest.approx(recall[::-1], abs=1e-6)
        assert curve.threshold == [None, *threshold[::-1]]
    for average in ("micro", "macro"):
        assert getattr(found, f"{average}_average") == pytest.approx(
            average_precision_score(one_hot, p, average=average)
        )


def test_precision_recall_of_the_positive_class_is_one_curve():
    y, p = scored(50, 2)

    found = precision_recall(y, p, labels=["no", "yes"], positive=0)

    assert [(c.label, c.n_positive) for c in found.curves] == [("no", (y == 0).sum())]
    assert (found.micro_average, found.n_micro_rows) == (None, None)


def test_precision_recall_of_very_many_pairs_averages_a_stated_sample(monkeypatch):
    y, p = scored(4_000, digits=6)
    exact = precision_recall(y, p, labels=LABELS)
    monkeypatch.setattr(module, "MAX_PAIRS", 8_000)

    found = precision_recall(y, p, labels=LABELS)

    assert (exact.n_micro_rows, found.n_micro_rows) == (None, 2_000)
    assert found.micro_average == pytest.approx(exact.micro_average, abs=0.02)
    assert found.macro_average == exact.macro_average
    assert all(len(curve.recall) <= 500 for curve in found.curves)


def test_precision_recall_of_a_class_without_rows_says_so():
    y, p = scored(50)

    found = precision_recall(y[y != 2], p[y != 2], labels=LABELS)

    assert found.undefined == ["c"]


@quick
@given(st.integers(0, 10_000))
def test_gain_equals_counting_and_the_distance_scipys(seed):
    y, p = scored(60, seed=seed)

    found = gain(y, p, labels=LABELS)

    for code, curve in enumerate(found.curves):
        own, score = y == code, p[:, code]
        steps = np.unique(score)[::-1]
        assert curve.asked == pytest.approx(
            [0, *((score >= t).mean() for t in steps)], abs=1e-6
        )
        assert curve.found == pytest.approx(
            [0, *((score[own] >= t).mean() for t in steps)], abs=1e-6
        )
        one_sided = ks_2samp(score[~own], score[own], alternative="greater")
        assert curve.distance == pytest.approx(one_sided.statistic)
        at = curve.distance_at
        gap = (score[own] >= at).mean() - (score[~own] >= at).mean()
        assert gap == pytest.approx(curve.distance)


def test_gain_of_a_class_with_all_the_rows_is_undefined():
    found = gain([1, 1], [[0.2, 0.8], [0.4, 0.6]], labels=["no", "yes"], positive=1)

    assert (found.curves, found.undefined) == ([], ["yes"])


@quick
@given(st.integers(0, 10_000))
def test_distributions_count_each_row_once(seed):
    y, p = scored(50, seed=seed, digits=6)

    found = distributions(y, p, labels=LABELS)

    for code, scores in enumerate(found.classes):
        own, _ = np.histogram(p[y == code, code], bins=found.edges)
        others, _ = np.histogram(p[y != code, code], bins=found.edges)
        assert (scores.own, scores.others) == (own.tolist(), others.tolist())


def test_distributions_put_certainty_into_the_last_bin():
    found = distributions(
        [0, 1], [[1.0, 0.0], [0.0, 1.0]], labels=["n", "y"], positive=1
    )

    assert [s.label for s in found.classes] == ["y"]
    assert found.classes[0].own[-1] == found.classes[0].others[0] == 1


@quick
@given(st.lists(st.floats(0, 1), min_size=2, max_size=200), st.integers(2, 20))
def test_along_keeps_both_ends_and_no_more_than_asked(values, most):
    x = np.sort(np.array(values))

    kept = along(x, np.cos(7 * x), max_points=most)

    assert (kept[0], kept[-1]) == (0, len(x) - 1)
    assert len(kept) <= max(most, 2)
    assert (np.diff(kept) > 0).all()
