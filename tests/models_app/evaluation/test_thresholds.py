import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from models_app.evaluation.thresholds import (
    MAX_THRESHOLDS,
    Costs,
    Thresholds,
    cheapest,
    net_cost,
    thresholds,
)

ROWS = st.lists(
    st.tuples(st.booleans(), st.floats(0, 1, allow_nan=False)), min_size=1, max_size=40
)
quick = settings(deadline=None, max_examples=50)


@quick
@given(ROWS)
def test_thresholds_count_as_the_rule_does(rows):
    found, score = (np.array(part) for part in zip(*rows, strict=True))

    counts = thresholds(found, score)

    for t, hits, alarms in zip(
        counts.threshold, counts.true_positive, counts.false_positive, strict=True
    ):
        table = confusion_matrix(found, score >= t, labels=[False, True])
        assert [[alarms, hits]] == [[table[0, 1], table[1, 1]]]
    assert counts.n_positive + counts.n_negative == len(rows)
    assert counts.threshold == sorted(set(counts.threshold))


def test_thresholds_of_a_few_rows_are_their_probabilities_and_one_above_all():
    counts = thresholds([True, False, True], [0.2, 0.2, 0.7])

    assert counts == Thresholds(
        threshold=[0.2, 0.7, 0.700001],
        true_positive=[2, 1, 0],
        false_positive=[1, 0, 0],
        n_positive=2,
        n_negative=1,
        n_distinct=2,
    )


def test_thresholds_of_many_rows_are_thinned_with_exact_counts():
    rng = np.random.default_rng(0)
    found, score = rng.random(20_000) < 0.3, rng.random(20_000)

    counts = thresholds(found, score)

    assert len(counts.threshold) <= MAX_THRESHOLDS
    assert counts.n_distinct > 19_000
    assert counts.threshold[0] == pytest.approx(score.min(), abs=1e-6)
    assert counts.true_positive[-1] == counts.false_positive[-1] == 0
    assert min(t for t in counts.threshold if t >= 0.5) < 0.5 + 1e-3
    i = len(counts.threshold) // 2
    called = score >= counts.threshold[i]
    assert counts.true_positive[i] == (called & found).sum()


@quick
@given(ROWS, st.floats(0, 20), st.floats(0, 20), st.floats(0, 5))
def test_cheapest_threshold_costs_least_of_all_rules(rows, alarm, miss, hit):
    found, score = (np.array(part) for part in zip(*rows, strict=True))
    counts = thresholds(found, score)
    costs = Costs(alarm, miss, hit)

    best = cheapest(counts, costs)

    def cost(t):
        called = score >= t
        return (
            alarm * (called & ~found).sum()
            + miss * (~called & found).sum()
            - hit * (called & found).sum()
        )

    assert cost(best) == pytest.approx(net_cost(counts, costs).min(), abs=1e-6)
    assert (
        cost(best)
        <= min(cost(t) for t in np.linspace(0, 1, 11))
        + max(alarm, miss, hit) * (score == 1).sum()
        + 1e-6
    )


def test_cheapest_threshold_of_equal_ones_is_nearest_to_a_half():
    counts = Thresholds([0.1, 0.4, 0.9], [1, 1, 1], [0, 0, 0], 1, 3, 3)

    assert cheapest(counts, Costs()) == 0.4
