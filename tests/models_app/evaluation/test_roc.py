import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score, roc_curve

from models_app.evaluation import one_vs_rest as module
from models_app.evaluation.one_vs_rest import MAX_POINTS, along
from models_app.evaluation.roc import roc


def noisy(n_rows, n_classes, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows)
    y[:n_classes] = np.arange(n_classes)
    scores = rng.random((n_rows, n_classes)) + 0.6 * np.eye(n_classes)[y]
    return y, scores / scores.sum(axis=1, keepdims=True)


def test_roc_of_two_classes_has_one_curve_for_the_positive_one():
    y, proba = noisy(300, 2)

    result = roc(y, proba, labels=["no", "yes"], positive=1)

    assert [curve.label for curve in result.curves] == ["yes"]
    assert result.curves[0].area == pytest.approx(
        roc_auc_score(y, proba[:, 1]), abs=1e-12
    )
    assert (result.micro_area, result.macro_area) == (None, None)


def test_roc_of_perfect_scores_has_area_one_and_starts_at_the_origin():
    result = roc([0, 1, 1], [[1, 0], [0, 1], [0.2, 0.8]], labels=["a", "b"], positive=1)

    curve = result.curves[0]
    assert curve.area == 1
    assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0, 0)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1, 1)
    assert curve.threshold[0] is None


@settings(deadline=None, max_examples=25)
@given(st.integers(3, 6), st.integers(0, 1000))
def test_roc_of_many_classes_averages_as_scikit_learn_does(n_classes, seed):
    y, proba = noisy(120, n_classes, seed)
    labels = [f"class {i}" for i in range(n_classes)]

    result = roc(y, proba, labels=labels)

    one_hot = np.eye(n_classes)[y]
    assert [curve.label for curve in result.curves] == labels
    assert [curve.area for curve in result.curves] == pytest.approx(
        [roc_auc_score(one_hot[:, i], proba[:, i]) for i in range(n_classes)]
    )
    expected = roc_auc_score(y, proba, multi_class="ovr", average="macro")
    assert result.macro_area == pytest.approx(expected)
    assert result.micro_area == pytest.approx(
        roc_auc_score(one_hot.ravel(), proba.ravel())
    )


def test_roc_of_many_rows_is_thinned_and_keeps_its_shape():
    y, proba = noisy(30_000, 2)

    curve = roc(y, proba, labels=["no", "yes"], positive=1).curves[0]

    assert len(curve.threshold) == len(curve.true_positive_rate) <= MAX_POINTS
    drawn = auc(curve.false_positive_rate, curve.true_positive_rate)
    assert drawn == pytest.approx(curve.area, abs=5e-4)
    assert curve.area == pytest.approx(roc_auc_score(y, proba[:, 1]), abs=1e-12)


def test_roc_of_a_class_without_rows_is_named_as_undefined():
    result = roc([0, 1, 0, 1], np.full((4, 3), 1 / 3), labels=["a", "b", "c"])

    assert result.undefined == ["c"]
    assert [curve.label for curve in result.curves] == ["a", "b"]


def test_roc_of_one_class_alone_has_no_curve():
    result = roc([1, 1], [[0.2, 0.8], [0.1, 0.9]], labels=["a", "b"], positive=1)

    assert result.curves == []
    assert result.undefined == ["b"]


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=200),
    st.integers(2, 50),
)
def test_along_a_rising_curve_keeps_both_ends_and_the_limit(steps, max_points):
    x, y = np.cumsum(np.array(steps), axis=0).T

    kept = along(x, y, max_points=max_points)

    assert len(kept) <= max(max_points, 1)
    assert kept[0] == 0
    assert kept[-1] == len(x) - 1
    assert (np.diff(kept) > 0).all()


def test_roc_of_very_many_pairs_averages_a_stated_sample(monkeypatch):
    y, proba = noisy(3_000, 4)
    exact = roc(y, proba, labels=list("abcd"))
    monkeypatch.setattr(module, "MAX_PAIRS", 6_000)

    found = roc(y, proba, labels=list("abcd"))

    assert (exact.n_micro_rows, found.n_micro_rows) == (None, 1_500)
    assert found.micro_area == pytest.approx(exact.micro_area, abs=0.02)
    assert found.curves == exact.curves


def example_of_scikit_learn(y, proba):
    """Average as the "Multiclass ROC" example of scikit-learn's documentation does."""
    n_classes = proba.shape[1]
    one_hot = np.eye(n_classes)[y]
    micro = roc_curve(one_hot.ravel(), proba.ravel())[:2]
    grid = np.linspace(0.0, 1.0, 1000)
    mean = np.zeros_like(grid)
    for i in range(n_classes):
        fpr, tpr, _ = roc_curve(one_hot[:, i], proba[:, i])
        mean += np.interp(grid, fpr, tpr)
    return micro, (grid, mean / n_classes)


@settings(deadline=None, max_examples=25)
@given(st.integers(3, 19), st.integers(0, 1000))
def test_mean_curves_lie_on_those_of_scikit_learns_example(n_classes, seed):
    y, proba = noisy(150, n_classes, seed)

    result = roc(y, proba, labels=[f"class {i}" for i in range(n_classes)])

    micro, macro = example_of_scikit_learn(y, proba)
    for found, expected in ((result.micro, micro), (result.macro, macro)):
        points = np.column_stack([found.false_positive_rate, found.true_positive_rate])
        there = np.column_stack(expected)
        nearest = np.abs(points[:, None] - there[None]).max(axis=2).min(axis=1)
        assert nearest.max() <= 1e-6  # every point drawn is one of theirs
    areas = result.micro_area, result.macro_area
    drawn = [
        auc(c.false_positive_rate, c.true_positive_rate)
        for c in (result.micro, result.macro)
    ]
    assert areas == pytest.approx([auc(*micro), auc(*macro)], abs=1e-2)
    assert drawn == pytest.approx(areas, abs=1e-2)


def test_a_single_curve_has_no_mean():
    result = roc(*noisy(50, 2), labels=["no", "yes"], positive=1)

    assert (result.micro, result.macro) == (None, None)
