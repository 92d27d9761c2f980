import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, root_mean_squared_error

from runs.search import ensembling
from runs.search.ensembling import select
from runs.search.problem import TaskType

REGRESSION = TaskType.REGRESSION


def numbers(n_rows=200, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=n_rows), rng


def test_members_whose_mean_is_perfect_share_the_weight():
    y, _ = numbers()

    chosen = select([y + 1, y - 1], y, task=REGRESSION, metric="rmse")

    assert chosen.weights == pytest.approx({0: 0.5, 1: 0.5})
    assert chosen.value == pytest.approx(0)


def test_useless_member_gets_no_weight():
    y, rng = numbers()
    good, noise = y + 0.1 * rng.normal(size=len(y)), 10 * rng.normal(size=len(y))

    chosen = select([good, noise], y, task=REGRESSION, metric="rmse")

    assert chosen.weights == {0: 1.0}


@pytest.mark.parametrize("seed", range(5))
def test_ensemble_is_never_worse_than_its_best_member(seed):
    y, rng = numbers(seed=seed)
    members = [y + s * rng.normal(size=len(y)) for s in (0.3, 0.5, 0.5, 2.0)]

    chosen = select(members, y, task=REGRESSION, metric="rmse")

    best = min(root_mean_squared_error(y, member) for member in members)
    assert -chosen.value <= best + 1e-12
    assert sum(chosen.weights.values()) == pytest.approx(1)


def test_one_bag_is_greedy_selection_with_replacement():
    """A plain implementation of Caruana et al. (2004), section 2."""
    y, rng = numbers(300, seed=3)
    members = [y + s * rng.normal(size=len(y)) for s in (0.5, 0.6, 0.7)]
    picked = [int(np.argmin([root_mean_squared_error(y, m) for m in members]))]
    best, kept = np.inf, []
    for _ in range(12):
        mean = [
            root_mean_squared_error(y, np.mean([members[j] for j in [*picked, i]], 0))
            for i in range(3)
        ]
        picked.append(int(np.argmin(mean)))
        if min(mean) < best:
            best, kept = min(mean), list(picked)
    expected = {i: kept.count(i) / len(kept) for i in set(kept)}

    chosen = select(members, y, task=REGRESSION, metric="rmse", n_bags=1, n_rounds=13)

    assert chosen.weights == pytest.approx(expected)


def test_honest_value_is_what_weights_of_the_other_folds_score():
    """With pure noise the chosen weights flatter themselves; the honest ones cannot."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 120)
    positive = [rng.random(120) for _ in range(12)]
    members = [np.column_stack([1 - p, p]) for p in positive]
    order = rng.permutation(120)
    folds = [np.sort(part) for part in np.split(order, 4)]

    chosen = select(members, y, task=TaskType.BINARY, metric="roc_auc", folds=folds)

    assert chosen.value > 0.55
    assert chosen.honest_value < chosen.value
    scores = [roc_auc_score(y[f], chosen.predictions[f, 1]) for f in folds]
    assert chosen.honest_value == pytest.approx(np.mean(scores), abs=1e-6)


def test_rows_that_were_never_tested_are_left_out():
    y, _ = numbers()
    untested = np.full(len(y), np.nan)
    untested[50:] = y[50:]

    chosen = select([untested, y], y, task=REGRESSION, metric="rmse")

    assert chosen.value == pytest.approx(0)
    assert np.isnan(chosen.predictions[:50]).all()


def test_choice_in_next_to_no_time_is_short_and_still_an_ensemble(monkeypatch):
    y, rng = numbers(300)
    members = [y + s * rng.normal(size=len(y)) for s in (0.5, 0.5, 0.6, 0.6, 0.7)]
    calls = []
    quick = ensembling.quick_metric

    def counting(metric, *, positive):
        score = quick(metric, positive=positive)
        return lambda y, p: calls.append(1) or score(y, p)

    monkeypatch.setattr(ensembling, "quick_metric", counting)

    select(members, y, task=REGRESSION, metric="rmse")
    n_usual = len(calls)
    calls.clear()
    chosen = select(members, y, task=REGRESSION, metric="rmse", seconds=1e-9)

    assert len(calls) < 0.3 * n_usual
    assert len(chosen.weights) > 1
    best = min(root_mean_squared_error(y, member) for member in members)
    assert -chosen.value < best


def test_choice_with_time_enough_is_as_without_a_limit():
    y, rng = numbers(300)
    members = [y + s * rng.normal(size=len(y)) for s in (0.5, 0.5, 0.6, 0.6)]

    limited = select(members, y, task=REGRESSION, metric="rmse", seconds=1e6)

    assert limited.weights == select(members, y, task=REGRESSION, metric="rmse").weights
