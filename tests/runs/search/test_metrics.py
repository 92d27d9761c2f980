import math

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, get_scorer

from runs.search.metrics import (
    METRICS,
    default_metric,
    make_scorer,
    metrics_for,
    resolve_metric,
)
from runs.search.problem import SpecError, TaskType

LABELS = {TaskType.BINARY: ["no", "yes"], TaskType.MULTICLASS: ["a", "b", "c"]}


def data(task, n=90):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, 3))
    signal = X[:, 0] + rng.normal(size=n)
    if task is TaskType.REGRESSION:
        return X, signal + 10
    n_classes = len(LABELS[task])
    return X, np.digitize(
        signal, np.quantile(signal, np.arange(1, n_classes) / n_classes)
    )


def sklearn_name(metric, task):
    name = {"mcc": "matthews_corrcoef"}.get(metric.name, metric.sklearn)
    return "roc_auc_ovr" if name == "roc_auc" and task is TaskType.MULTICLASS else name


@pytest.mark.parametrize(
    ("name", "task"),
    [(m.name, task) for m in METRICS.values() for task in sorted(m.tasks)],
)
def test_make_scorer_equals_scikit_learn(name, task):
    X, y = data(task)
    estimator = Ridge() if task is TaskType.REGRESSION else LogisticRegression()
    estimator.fit(X[:60], y[:60])
    scorer = make_scorer(METRICS[name], task, classes=LABELS.get(task, []))

    score = scorer(estimator, X[60:], y[60:])

    expected = get_scorer(sklearn_name(METRICS[name], task))(estimator, X[60:], y[60:])
    assert score == expected


@pytest.mark.parametrize("name", [m.name for m in metrics_for(TaskType.BINARY)])
def test_make_scorer_codes_and_labels_give_the_same(name):
    X, y = data(TaskType.BINARY)
    labels = np.array(LABELS[TaskType.BINARY], dtype=object)[y]
    scorer = make_scorer(name, TaskType.BINARY, classes=["no", "yes"], positive="no")

    on_codes = scorer(RandomForestClassifier(9, random_state=0).fit(X, y), X, y)
    on_labels = scorer(
        RandomForestClassifier(9, random_state=0).fit(X, labels), X, labels
    )

    assert on_codes == on_labels


def test_make_scorer_f1_is_about_the_positive_class():
    X, y = data(TaskType.BINARY)
    y = y | (X[:, 1] > 0)  # otherwise both classes are alike
    estimator = LogisticRegression().fit(X, y)
    scorer = make_scorer("f1", TaskType.BINARY, classes=[0, 1], positive="0")

    assert scorer(estimator, X, y) == f1_score(y, estimator.predict(X), pos_label=0)
    assert scorer(estimator, X, y) != f1_score(y, estimator.predict(X), pos_label=1)


def test_make_scorer_positive_label_read_as_float_is_found():
    scorer = make_scorer("f1", TaskType.BINARY, classes=[0, 1], positive="1.0")

    assert scorer.positive == 1


def test_make_scorer_unknown_positive_is_refused():
    with pytest.raises(
        SpecError, match="'maybe' is not one of the target's values: no, yes"
    ):
        make_scorer("f1", TaskType.BINARY, classes=["no", "yes"], positive="maybe")


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (TaskType.BINARY, "roc_auc"),
        (TaskType.MULTICLASS, "accuracy"),
        (TaskType.REGRESSION, "rmse"),
    ],
)
def test_metrics_for_lists_the_default_first(task, name):
    metrics = metrics_for(task)

    assert metrics[0] is default_metric(task) is METRICS[name]
    assert len(set(metrics)) == len(metrics)
    assert all(task in metric.tasks for metric in metrics)


@pytest.mark.parametrize(
    ("spelling", "task", "name"),
    [
        ("neg_root_mean_squared_error", TaskType.REGRESSION, "rmse"),
        ("RMSE", TaskType.REGRESSION, "rmse"),
        ("R2", TaskType.REGRESSION, "r2"),
        ("neg_log_loss", TaskType.BINARY, "log_loss"),
        ("ROC AUC", TaskType.BINARY, "roc_auc"),
        ("roc_auc_ovr", TaskType.MULTICLASS, "roc_auc"),
        ("matthews_corrcoef", TaskType.BINARY, "mcc"),
    ],
)
def test_resolve_metric_accepts_spelling(spelling, task, name):
    assert resolve_metric(spelling, task) is METRICS[name]


@pytest.mark.parametrize("name", ["f1", "rmse", "nonsense"])
def test_resolve_metric_of_other_task_lists_the_known(name):
    with pytest.raises(SpecError, match="known are accuracy, roc_auc") as caught:
        resolve_metric(name, TaskType.MULTICLASS)

    assert caught.value.field == "metric"


def test_display_removes_the_sign_of_errors():
    assert METRICS["rmse"].display(-2.5) == 2.5
    assert math.copysign(1, METRICS["rmse"].display(0.0)) == 1
    assert METRICS["r2"].display(-0.5) == -0.5
