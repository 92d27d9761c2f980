from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.charts.trajectory import digest, digests, kept

ALGORITHMS = st.sampled_from(["a", "b"])


def points_of(rows):
    return [(number, value, name) for number, (value, name) in enumerate(rows)]


def test_kept_of_few_points_is_all_of_them():
    points = points_of([(0.5, "a"), (0.4, "a")])

    assert kept(points, greater_is_better=True) == [0, 1]


@given(
    rows=st.lists(st.tuples(st.integers(-9, 9), ALGORITHMS), min_size=1, max_size=40),
    greater=st.booleans(),
    limit=st.integers(1, 10),
)
def test_kept_points_have_the_same_best_of_each_algorithm_as_all(rows, greater, limit):
    points = points_of(rows)
    best = max if greater else min

    chosen = [points[i] for i in kept(points, greater_is_better=greater, limit=limit)]

    for name in {name for _, name in rows}:
        everything = [value for _, value, n in points if n == name]
        shown = [value for _, value, n in chosen if n == name]
        assert best(everything) == best(shown)
        # The line of the best goes up at the same trials.
        for number, value, n in points:
            before = [v for m, v, k in points if k == name and m < number]
            if n == name and (
                not before or best(*before, value, value) != best(before)
            ):
                assert (number, value, n) in chosen


def test_kept_points_of_algorithms_that_take_turns_are_of_all_of_them():
    points = points_of([(0.5, name) for _ in range(2_000) for name in "abcde"])

    chosen = Counter(points[i][2] for i in kept(points, greater_is_better=True))

    assert chosen == dict.fromkeys("abcde", 201)  # and the last of each


def test_digest_of_few_values_is_themselves():
    assert digest([3, 1, 2]) == [[1, 1.0], [2, 1.0], [3, 1.0]]


def test_digest_of_many_values_keeps_ends_median_and_total_weight():
    found = digest(range(10_001))

    assert len(found) == 41
    assert (found[0][0], found[20][0], found[-1][0]) == (0, 5_000, 10_000)
    assert sum(weight for _, weight in found) == pytest.approx(10_001)


def test_digests_are_by_algorithm():
    assert digests([(0, 0.5, "a"), (1, 0.6, "b"), (2, 0.4, "a")]) == {
        "a": [[0.4, 1.0], [0.5, 1.0]],
        "b": [[0.6, 1.0]],
    }
