import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_app.evaluation.metrics import ReplayClassifier, ReplayRegressor
from runs.search.metrics import METRICS, make_scorer
from runs.search.problem import TaskType
from runs.search.quick_metrics import quick_metric


def drawn(task, seed, n_rows=40):
    rng = np.random.default_rng(seed)
    if task is TaskType.REGRESSION:
        y = rng.gamma(2.0, size=n_rows)
        return y, np.abs(y + rng.normal(size=n_rows)), ()
    n_classes = 2 if task is TaskType.BINARY else 4
    y = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n_rows)])
    scores = rng.random((len(y), n_classes)).round(1) + 0.05
    return y, scores / scores.sum(axis=1, keepdims=True), tuple(range(n_classes))


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), positive=st.sampled_from([0, 1]))
def test_quick_metric_equals_scikit_learns_scorer(name, seed, positive):
    for task in METRICS[name].tasks:
        y, predicted, classes = drawn(task, seed)
        if task is TaskType.REGRESSION:
            answers = ReplayRegressor(predicted)
        else:
            answers = ReplayClassifier(predicted.argmax(axis=1), predicted)
        at = positive if task is TaskType.BINARY else None
        scorer = make_scorer(name, task, classes=classes, positive=at)

        found = quick_metric(name, positive=at)(y, predicted)

        expected = scorer(answers, np.arange(len(y))[:, None], y)
        assert found == pytest.approx(expected, abs=1e-12)
