import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_app.evaluation.learning import (
    FEWER_SHARES,
    SHARES,
    nested_order,
    plan,
    sizes,
    verdict,
)
from models_app.evaluation.scoring import aligned, score_of
from runs.search.problem import TaskType


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=5, max_size=200), st.integers(0, 5))
def test_nested_order_begins_with_every_class_and_keeps_their_shares(codes, seed):
    y = np.array(codes)

    order = nested_order(y, seed=seed, is_class=True)

    assert sorted(order) == list(range(len(y)))
    n_classes = len(set(codes))
    assert set(y[order[:n_classes]]) == set(codes)
    half = order[: len(y) // 2 + n_classes]
    for code in set(codes):
        assert (y[half] == code).sum() >= (y == code).sum() // 2


def test_nested_order_in_time_begins_with_the_last_rows():
    assert nested_order(np.arange(4), seed=0, is_class=False, keep_order=True)[0] == 3


def test_sizes_leave_out_those_too_small():
    assert sizes(1_000, SHARES) == [100, 200, 400, 700, 1_000]
    assert sizes(100, SHARES) == [20, 40, 70, 100]
    assert sizes(100, SHARES, n_classes=15) == [70, 100]
    assert sizes(10, SHARES) == [10]


def test_plan_takes_fewer_sizes_of_a_costly_model():
    assert plan(0.1, 5, limit=30, full_is_known=True) == (SHARES, 3)
    assert plan(9, 5, limit=30, full_is_known=True) == (SHARES, 2)
    assert plan(20, 5, limit=30, full_is_known=True) == (FEWER_SHARES, 2)
    assert plan(1_000, 1, limit=30, full_is_known=True) == (FEWER_SHARES, 1)


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        ([[0.60, 0.61], [0.70, 0.71], [0.80, 0.81]], "helps"),
        ([[0.80, 0.79], [0.8001, 0.7901], [0.8, 0.79]], "flat"),
        ([[0.60, 0.70], [0.75, 0.65], [0.62, 0.78]], "unclear"),
        ([[0.8, 0.81], [0.79, 0.80], [0.78, 0.79]], "flat"),
    ],
)
def test_verdict_looks_at_the_right_end(last, answer):
    curve = [[0.1, 0.1], *last]

    found = verdict([50, 100, 200, 400], curve, remaining=0.2)

    assert found.answer == answer


def test_verdict_gain_is_what_doubling_wins():
    found = verdict([100, 200, 400], [[1, 2], [3, 4], [5, 6]], remaining=1)

    assert (found.gain, found.error) == pytest.approx((2, 0))
    assert verdict([100], [[1, 2]], remaining=1) is None
    assert verdict([100, 200], [[1], [2]], remaining=1) is None


def test_aligned_gives_unseen_classes_no_probability():
    found = aligned(np.array([[0.3, 0.7]]), ["c", "a"], ["a", "b", "c"])

    assert found.tolist() == [[0.7, 0, 0.3]]


def test_score_of_is_the_scorers_value():
    rmse = score_of("rmse", [1, 2], [1, 4], task=TaskType.REGRESSION)
    one_class = score_of(
        "roc_auc",
        [0, 0],
        [0, 0],
        [[0.9, 0.1], [0.8, 0.2]],
        task=TaskType.BINARY,
        labels=["a", "b"],
    )

    assert rmse == pytest.approx(-(2**0.5))
    assert one_class is None
