import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_score, roc_auc_score

from models_app.evaluation import intervals as module
from models_app.evaluation.intervals import (
    classification_intervals,
    regression_intervals,
)
from models_app.evaluation.metrics import measure
from models_app.evaluation.resampling import drawn_from, resample_counts, resamples
from runs.search.metrics import metrics_for
from runs.search.problem import TaskType

LABELS = {2: ["no", "yes"], 3: ["a", "b", "c"]}


def scored(n_rows, n_classes, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows)
    y[:n_classes] = np.arange(n_classes)
    scores = rng.random((n_rows, n_classes)) + 0.5 * np.eye(n_classes)[y]
    return y, scores / scores.sum(axis=1, keepdims=True)


def evaluated(n_rows, n_classes, seed=0, **more):
    y, p = scored(n_rows, n_classes, seed)
    task = TaskType.BINARY if n_classes == 2 else TaskType.MULTICLASS
    positive = 1 if n_classes == 2 else None
    metrics = measure(
        y,
        p.argmax(axis=1),
        p,
        task=task,
        labels=LABELS[n_classes],
        positive="yes" if positive else None,
    )
    found, classes = classification_intervals(
        y,
        p.argmax(axis=1),
        p,
        metrics=metrics,
        labels=LABELS[n_classes],
        positive=positive,
        **more,
    )
    return y, p, metrics, found, classes


@pytest.mark.parametrize(
    ("n_classes", "task"), [(2, TaskType.BINARY), (3, TaskType.MULTICLASS)]
)
def test_classification_intervals_of_every_metric_hold_its_value(n_classes, task):
    _, _, metrics, found, _ = evaluated(120, n_classes)

    assert set(found.metrics) == {m.name for m in metrics_for(task)}
    for name, (value, low, high) in found.metrics.items():
        assert value == metrics[name]
        assert low < value < high, name
    assert (found.n_resamples, found.n_drawn_from) == (1000, 120)


def test_class_metrics_equal_scikit_learns():
    y, p, _, _, classes = evaluated(120, 3)

    predicted = p.argmax(axis=1)
    for code, row in enumerate(classes):
        own = y == code
        assert (row.n_rows, row.n_predicted) == (own.sum(), (predicted == code).sum())
        assert row.metrics["precision"].value == pytest.approx(
            precision_score(own, predicted == code)
        )
        assert row.metrics["roc_auc"].value == pytest.approx(
            roc_auc_score(own, p[:, code])
        )
        assert row.metrics["average_precision"].value == pytest.approx(
            average_precision_score(own, p[:, code])
        )


def test_class_without_rows_has_no_metrics():
    y, p = scored(60, 3)
    rows = y != 1

    _, classes = classification_intervals(
        y[rows], p[rows].argmax(axis=1), p[rows], metrics={}, labels=LABELS[3]
    )

    assert set(classes[1].metrics.values()) == {None}


def test_intervals_of_a_sample_are_as_wide_as_of_all_rows(monkeypatch):
    _, _, _, every, classes = evaluated(6_000, 2, n_resamples=400)
    monkeypatch.setattr(module, "MAX_ROWS", 1_500)

    _, _, metrics, sampled, sampled_classes = evaluated(6_000, 2, n_resamples=400)

    assert (every.n_drawn_from, sampled.n_drawn_from) == (5_000, 1_500)
    for name, interval in sampled.metrics.items():
        assert interval.value == metrics[name]
        assert interval.low < interval.value < interval.high
        width = every.metrics[name].high - every.metrics[name].low
        assert interval.high - interval.low == pytest.approx(width, rel=0.25)
    first = [c.metrics["roc_auc"].value for c in classes]
    assert [c.metrics["roc_auc"].value for c in sampled_classes] == first


def test_intervals_cover_the_truth_as_often_as_they_say():
    """Rows from a known process: 95 % of the intervals hold its true values."""
    n, covered = 150, {"accuracy": 0, "roc_auc": 0, "brier": 0, "log_loss": 0}
    rng = np.random.default_rng(3)

    def draw(n_rows):
        y = rng.integers(0, 2, n_rows)
        z = rng.normal(np.where(y == 1, 0.7, -0.7))
        p = 1 / (1 + np.exp(-1.4 * z))
        return y, np.column_stack([1 - p, p])

    def measured(y, p):
        return measure(
            y,
            p.argmax(axis=1),
            p,
            task=TaskType.BINARY,
            labels=LABELS[2],
            positive="yes",
        )

    truth = measured(*draw(200_000))
    for seed in range(200):
        y, p = draw(n)
        found, _ = classification_intervals(
            y,
            p.argmax(axis=1),
            p,
            metrics=measured(y, p),
            labels=LABELS[2],
            positive=1,
            n_resamples=300,
            seed=seed,
        )
        for name in covered:
            interval = found.metrics[name]
            covered[name] += interval.low <= truth[name] <= interval.high

    # Of 200 with a true rate of 0.95, fewer than 180 come about once in 600 times.
    assert {name: n >= 178 for name, n in covered.items()} == dict.fromkeys(
        covered, True
    )
    assert min(covered.values()) < 200


def test_regression_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    truth = {"rmse": 1.0, "mae": np.sqrt(2 / np.pi), "r2": 0.8}
    covered = dict.fromkeys(truth, 0)
    for seed in range(200):
        predicted = rng.normal(0, 2, 200)
        y = predicted + rng.normal(size=200)
        found = regression_intervals(
            y,
            predicted,
            metrics=measure(y, predicted, task=TaskType.REGRESSION),
            n_resamples=300,
            seed=seed,
        )
        for name, value in truth.items():
            covered[name] += (
                found.metrics[name].low <= value <= found.metrics[name].high
            )

    assert {name: n >= 178 for name, n in covered.items()} == dict.fromkeys(
        covered, True
    )
    assert not found.is_stratified


def test_resamples_draw_as_many_rows_of_each_stratum_as_there_are():
    strata = np.repeat([0, 1, 2], [500, 40, 3])
    rng = np.random.default_rng(0)

    drawn = drawn_from(strata, max_rows=143, rng=rng)
    weights = np.concatenate(list(resamples(drawn, n_resamples=7, rng=rng)))

    assert (drawn.sizes, drawn.drawn) == ((500, 40, 3), (100, 40, 3))
    assert weights.shape == (7, 143)
    sums = [weights[:, :100].sum(axis=1), weights[:, 100:140].sum(axis=1)]
    assert [set(s) for s in sums] == [{500}, {40}]
    assert drawn.once().sum() == 543


def test_resample_counts_keeps_each_actual_class():
    table = np.array([[5, 0, 2], [0, 0, 0], [1, 1, 8]])

    found = resample_counts(table, n_resamples=50, rng=np.random.default_rng(0))

    assert (found.sum(axis=2) == table.sum(axis=1)).all()
    assert (found[:, table == 0] == 0).all()
    assert found[:, 0, 0].std() > 0
